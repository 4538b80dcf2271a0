import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { createApp } from '../api/server/app.ts';
import { listen } from '../api/server/listen.ts';
import { Service } from '../api/server/service.ts';
import { DockerHost } from '../docker/docker-host.ts';
import { HttpRegistry } from '../docker/registry.ts';
import { toBelayError } from '../domain/errors.ts';
import type { World } from '../domain/ports/world.ts';
import { lockState } from '../journal/daemon-lock.ts';
import { SqliteJournal } from '../journal/sqlite-journal.ts';
import { ConfirmationWatch } from '../runner/confirmation-watch.ts';
import { recoverUnfinished } from '../runner/recover.ts';
import { Runner } from '../runner/runner.ts';
import { rollback } from '../sequences/rollback.ts';
import { upgrade } from '../sequences/upgrade.ts';
import { createSlotStore } from '../slots/slot-store.ts';
import type { Places } from './places.ts';
import { systemClock } from './system-clock.ts';

/** How long a stop waits for an operation that has begun to switch; the next daemon takes up the rest. */
const DRAIN_TIMEOUT_MS = 60_000;
const sequences = { upgrade, rollback };

/** The daemon in the foreground: resolves with its exit code after SIGTERM or SIGINT. */
export async function serve(places: Places, version: string): Promise<number> {
  const log = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime });
  try {
    mkdirSync(places.home, { recursive: true, mode: 0o700 });
    const lock = lockState(join(places.home, 'daemon.lock'));
    const journal = new SqliteJournal(join(places.home, 'journal.db'));
    await runUntilStopped({ places, version, log, journal });
    journal.close();
    lock.release();
    return 0;
  } catch (thrown) {
    const { code, message, hint } = toBelayError(thrown);
    log.fatal({ code, hint }, hint ? `${message} ${hint}` : message);
    return 1;
  }
}

interface Daemon {
  places: Places;
  version: string;
  log: Logger;
  journal: SqliteJournal;
}

async function runUntilStopped({ places, version, log, journal }: Daemon): Promise<void> {
  const world: World = { journal, host: new DockerHost(), slots: createSlotStore(), clock: systemClock };
  const daemon = { version, pid: process.pid, startedAt: new Date(), home: places.home };
  const service = new Service({ world, registry: new HttpRegistry(), sequences, daemon });
  const runner = new Runner({
    world,
    sequences,
    onChange: (id) => {
      service.announce(id);
      const operation = journal.operation(id);
      if (operation && operation.state !== 'running') {
        log.info({ operation: id, state: operation.state, reason: operation.reason }, `${operation.kind} has ended`);
        journal.backup().catch((error) => log.error({ error: String(error) }, 'the journal cannot be copied'));
      }
    },
  });
  service.attach(runner);
  const app = createApp(service, {
    onError: ({ code, message }, request) => log.warn({ code, ...request }, message),
  });
  const server = await listen(app, places.socket);
  log.info({ socket: places.socket, home: places.home, version }, 'Belay is ready');

  const watch = new ConfirmationWatch({
    world,
    goBack: (confirmation, because) => service.goBackUnconfirmed(confirmation, because),
    onTrouble: (appliance, trouble) => {
      if (trouble === null) service.troubles.delete(appliance);
      else service.troubles.set(appliance, trouble);
    },
  });
  const stopping = new AbortController();
  const recovered = recoverUnfinished({ world, runner, sequences }, stopping.signal)
    .catch((error) => log.error({ error: String(error) }, 'recovery was cut off'))
    .finally(() => service.recovered())
    .then(() => watch.run(stopping.signal));
  await stopSignal(log);
  stopping.abort();
  const timeout = setTimeout(() => process.exit(0), DRAIN_TIMEOUT_MS);
  await Promise.all([runner.drain(), recovered]);
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
