import { existsSync, mkdirSync, writeSync } from 'node:fs';
import type { Server } from 'node:http';
import { type Logger, pino } from 'pino';
import { listen } from '../api/server/listen.ts';
import { toBelayError } from '../domain/errors.ts';
import { DaemonModes } from './modes.ts';
import type { Places } from './places.ts';

/** How long a stop waits for an operation that has begun to switch; the next daemon takes up the rest. */
const DRAIN_TIMEOUT_MS = 60_000;

/** The daemon in the foreground: resolves with its exit code after SIGTERM or SIGINT. */
export async function serve(places: Places, version: string): Promise<number> {
  const log = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, standardOutput);
  try {
    makeHome(places.home);
    await runUntilStopped(places, version, log);
    return 0;
  } catch (thrown) {
    const { code, message, hint } = toBelayError(thrown);
    log.fatal({ code, hint }, hint ? `${message} ${hint}` : message);
    return 1;
  }
}

/** A log on a disk that is full must neither hold the daemon up nor end it. */
const standardOutput = {
  write(line: string): void {
    try {
      writeSync(1, line);
    } catch {
      // Nobody can be told.
    }
  },
};

function makeHome(home: string): void {
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
  } catch (error) {
    // On a read-only disk it is enough that it is there.
    if (!existsSync(home)) throw error;
  }
}

async function runUntilStopped(places: Places, version: string, log: Logger): Promise<void> {
  const modes = new DaemonModes({ home: places.home, version, log });
  modes.open();
  const server = await listen((request, env) => modes.fetch(request, env), places.socket);
  log.info({ socket: places.socket, home: places.home, version }, 'Belay is ready');
  // Nothing that changes the system begins before the socket is this daemon's.
  modes.begin();
  await stopSignal(log);
  const timeout = setTimeout(() => process.exit(0), DRAIN_TIMEOUT_MS);
  await modes.close();
  clearTimeout(timeout);
  await close(server);
}

function stopSignal(log: Logger): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        log.info({ signal }, 'stopping at the next safe point');
        resolve();
      });
    }
    // The terminal that started the daemon may close: that is nothing to it.
    process.on('SIGHUP', () => {});
  });
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
