import { existsSync, writeSync } from 'node:fs';
import type { Server } from 'node:http';
import { dirname, join } from 'node:path';
import { type Logger, pino } from 'pino';
import type { Handover } from '../api/server/cli-service.ts';
import { listen } from '../api/server/listen.ts';
import { toBelayError } from '../domain/errors.ts';
import { Installation } from '../installation/installation.ts';
import { Console } from './console.ts';
import { handOver, noteArrival } from './hand-over.ts';
import { makeDirectory } from './make-directory.ts';
import { DaemonModes } from './modes.ts';
import type { Places } from './places.ts';

/** How long a stop waits for an operation that has begun to switch; the next daemon takes up the rest. */
const DRAIN_TIMEOUT_MS = 60_000;
const ANSWER_MS = 100;

/** The daemon in the foreground: resolves with its exit code after SIGTERM or SIGINT. */
export async function serve(places: Places, version: string, program: string): Promise<number> {
  const log = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, standardOutput);
  try {
    makeHome(places.home);
    makeDirectory(dirname(places.socket), 0o750);
    const handover = await runUntilStopped(places, { version, program }, log);
    return handover ? await handOver(handover, { places, log, own: { version, program } }) : 0;
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
    makeDirectory(home, 0o700);
  } catch (error) {
    // On a read-only disk it is enough that it is there.
    if (!existsSync(home)) throw error;
  }
}

/** Resolves when it has let go of everything: with the release of Belay that is to go on, where there is one. */
async function runUntilStopped(
  places: Places,
  { version, program }: { version: string; program: string },
  log: Logger,
): Promise<Handover | null> {
  const asked = Promise.withResolvers<Handover>();
  const page = new Console({
    home: places.home,
    environment: process.env,
    pageDirectory: join(import.meta.dirname, 'console'),
    api: (request, env) => modes.fetch(request, env),
    log,
  });
  const modes = new DaemonModes({
    home: places.home,
    version,
    program,
    log,
    handOver: asked.resolve,
    showConsole: page.view,
  });
  modes.open();
  const server = await listen((request, env) => modes.fetch(request, env), places.socket);
  log.info({ socket: places.socket, home: places.home, version }, 'Belay is ready');
  // Nothing that changes the system begins before the socket is this daemon's.
  modes.begin();
  await noteArrival(Installation.of(program), version).catch((error) =>
    log.warn({ error: String(error) }, 'not noted'),
  );
  const opened = page.open();
  const handover = await Promise.race([stopSignal(log), answered(asked.promise)]);
  const timeout = setTimeout(() => process.exit(0), DRAIN_TIMEOUT_MS);
  await Promise.all([modes.close(), opened]);
  await page.close();
  clearTimeout(timeout);
  await close(server);
  return handover;
}

/** Whoever asked for it hears so before the socket is closed. */
async function answered(handover: Promise<Handover>): Promise<Handover> {
  const asked = await handover;
  await new Promise((resolve) => setTimeout(resolve, ANSWER_MS));
  return asked;
}

function stopSignal(log: Logger): Promise<null> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        log.info({ signal }, 'stopping at the next safe point');
        resolve(null);
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
