import { join } from 'node:path';
import type { Logger } from 'pino';
import type { ConsoleView } from '../api/contract/console.ts';
import { createApp } from '../api/server/app.ts';
import { CliService, type Handover } from '../api/server/cli-service.ts';
import { EvidenceStore } from '../api/server/evidence/evidence-store.ts';
import type { JournalKeeper } from '../api/server/journal-keeper.ts';
import { Service } from '../api/server/service.ts';
import { createBundleStore } from '../bundles/bundle-store.ts';
import { DockerHost } from '../docker/docker-host.ts';
import { HttpImageLibrary } from '../docker/image-library.ts';
import { HttpRegistry } from '../docker/registry.ts';
import type { World } from '../domain/ports/world.ts';
import type { SqliteJournal } from '../journal/sqlite-journal.ts';
import { Courier } from '../notify/courier.ts';
import { deliverIn } from '../notify/deliver.ts';
import { Turns } from '../reconcile/turns.ts';
import { ConfirmationWatch } from '../runner/confirmation-watch.ts';
import { recoverUnfinished } from '../runner/recover.ts';
import { Runner } from '../runner/runner.ts';
import { change } from '../sequences/change.ts';
import { install } from '../sequences/install.ts';
import { legacyRollback } from '../sequences/legacy-rollback.ts';
import { move } from '../sequences/move.ts';
import { promotion } from '../sequences/promotion.ts';
import { rehearsal } from '../sequences/rehearsal.ts';
import { repair } from '../sequences/repair.ts';
import { restore } from '../sequences/restore.ts';
import { rollback } from '../sequences/rollback.ts';
import { upgrade } from '../sequences/upgrade.ts';
import { createArchiveStore } from '../slots/archive/archive-store.ts';
import { createSlotStore } from '../slots/slot-store.ts';
import { hostWatcher } from './host-watcher.ts';
import type { Mode } from './mode.ts';
import { systemClock } from './system-clock.ts';

const sequences = {
  ...{ upgrade, rollback, restore, repair, install, move, rehearsal, promotion, change },
  'legacy-rollback': legacyRollback,
};

export interface WorkingOptions {
  home: string;
  version: string;
  log: Logger;
  journal: SqliteJournal;
  keeper: JournalKeeper;
  /** The file that this daemon runs from. */
  program: string;
  /** Another release of Belay is to go on. */
  handOver: (handover: Handover) => void;
  showConsole: () => ConsoleView;
}

/** The daemon on a journal that can be read: everything is answered; where it cannot be written, nothing is begun. */
export function workingMode(options: WorkingOptions): Mode {
  const { home, version, log, journal, keeper, program, handOver, showConsole } = options;
  const world: World = {
    journal,
    host: new DockerHost(),
    slots: createSlotStore(),
    archives: createArchiveStore(join(home, 'archives')),
    clock: systemClock,
  };
  const daemon = { version, pid: process.pid, startedAt: new Date(), home };
  const turns = new Turns();
  const service = new Service({
    world,
    registry: new HttpRegistry(),
    library: new HttpImageLibrary(),
    bundles: createBundleStore(),
    sequences,
    daemon,
    turns,
  });
  const watcher = hostWatcher(service, turns, log);
  const evidence = new EvidenceStore(home);
  const copy = () =>
    journal.backup().catch((error) => log.error({ error: String(error) }, 'the journal cannot be copied'));
  const courier = new Courier({
    journal,
    clock: world.clock,
    send: deliverIn(world, `belay/${version}`),
    onTrouble: (trouble) => log.warn({ trouble }, 'notices cannot be sent'),
  });
  const runner = new Runner({
    world,
    sequences,
    keepEvidence: (operation) => evidence.keep(world, operation),
    onChange: (id) => {
      service.announce(id);
      courier.wake();
      const operation = journal.operation(id);
      if (operation && operation.state !== 'running') {
        log.info({ operation: id, state: operation.state, reason: operation.reason }, `${operation.kind} has ended`);
        void copy();
        void service.snapshots.retention.tend(operation.appliance);
        watcher.wake();
      }
    },
  });
  service.attach(runner);
  const app = createApp(service, {
    keeper,
    onError: ({ code, message }, request) => log.warn({ code, ...request }, message),
    onAdopted: copy,
    courier,
    cli: new CliService({
      journal,
      clock: world.clock,
      program,
      version,
      runningJobs: () => service.snapshots.jobs.running(),
      handOver,
    }),
    showConsole,
  });
  const watch = new ConfirmationWatch({
    world,
    goBack: (confirmation, because) => service.goBackUnconfirmed(confirmation, because),
    onTrouble: (appliance, trouble) => {
      if (trouble === null) service.troubles.delete(appliance);
      else service.troubles.set(appliance, trouble);
    },
  });
  const isReadOnly = journal.trouble !== null;
  const stopping = new AbortController();
  const watchHost = () =>
    watcher
      .run(stopping.signal)
      .catch((error) => stopping.signal.aborted || log.error({ error: String(error) }, 'watching was cut off'));
  let recovered: Promise<unknown> = Promise.resolve();
  return {
    fetch: (request, env) => app.fetch(request, env),
    begin() {
      if (isReadOnly) return service.recovered();
      recovered = service.snapshots
        .endLeft()
        .then(() => recoverUnfinished({ world, runner, sequences }, stopping.signal))
        .catch((error) => log.error({ error: String(error) }, 'recovery was cut off'))
        .finally(() => service.recovered())
        .then(() => service.snapshots.tendAll())
        .then(() => Promise.all([watch.run(stopping.signal), watchHost(), courier.run(stopping.signal)]));
    },
    async stop() {
      stopping.abort();
      await Promise.all([runner.drain(), service.snapshots.close(), recovered]);
      service.hub.end();
      journal.close();
    },
  };
}
