import type { ContainerRecord } from '../../src/lab/records.ts';
import { isNodeName } from './agents.ts';
import type { Daemon } from './daemon.ts';
import type { FaultKind } from './faults.ts';
import type { Machine } from './machine.ts';

const HOUR_MS = 3_600_000;
const TEN_YEARS_MS = 10 * 365 * 24 * HOUR_MS;

const SEEN_IN = ['stop', 'delta', 'start', 'gate', 'nodes', 'engines'];

type Mishap = (machine: Machine, daemon: Daemon) => void;

/** What befalls the machine or the daemon, whatever call is under way. The faults of single calls are the daemon's. */
export const MISHAPS: Partial<Record<FaultKind, Mishap>> = {
  'daemon killed': (_, daemon) => daemon.kill(),
  'daemon stopped': (_, daemon) => daemon.stop(),
  'power cut': (machine) => machine.cutPower(),
  'engine killed': (machine) => machine.killEngine(),
  'engine restarted': (machine) => {
    machine.circumstances.engineEnded = true;
    machine.later(1, async () => {
      await machine.engine.stop();
      machine.later(machine.chance.between(300, 5_000), () => machine.engine.boot());
    });
  },
  'engine held': (machine) => {
    machine.engine.hold();
    machine.later(machine.chance.between(1_000, 100_000), () => machine.engine.release());
  },
  'clock set': ({ time, chance }) => {
    time.wallOffsetMs += chance.pick([-2 * HOUR_MS, TEN_YEARS_MS, -5_000, 60_000]);
  },
  'registry down': (machine) => {
    machine.later(1, () => machine.engine.registry.stop());
    machine.later(machine.chance.between(1_000, 60_000), () => machine.engine.registry.start());
  },
  'image removed': ({ engine }, daemon) => {
    const version = daemon.releases()?.to.version ?? '';
    const image = engine.parts?.images.list().find(({ tags }) => tags.some((tag) => tag.endsWith(`:${version}`)));
    if (image) engine.parts?.images.remove(image.record.id, true, null);
  },
  'old container removed': (machine, daemon) => remove(machine, containerOf(machine, daemon, 'from')),
  'new container removed': (machine, daemon) => remove(machine, containerOf(machine, daemon, 'to')),
  'old container stopped': (machine, daemon) => stop(machine, containerOf(machine, daemon, 'from')),
  'new container stopped': (machine, daemon) => stop(machine, containerOf(machine, daemon, 'to')),
  // While somebody would see it: what is killed once all of it has been looked at, or beside a rehearsal, stays down.
  'node killed': (machine) => {
    const { processes, injector, chance } = machine;
    if (injector.isGoingBack || !SEEN_IN.includes(injector.step) || injector.place.startsWith('rehearsal')) return;
    const nodes = processes.all().filter(({ member, isRehearsed }) => isNodeName(member) && !isRehearsed);
    if (nodes.length > 0) processes.kill(chance.pick(nodes).containerId);
  },
  'clone removed': ({ disk, truth, circumstances, injector }, daemon) => {
    const to = daemon.releases()?.to;
    // Once it is being committed nobody can look any more, and what is taken away then is the live data. What has been
    // rehearsed is taken away in any case.
    if (to?.status !== 'candidate' || injector.step === 'commit' || injector.step === 'clean-up') return;
    for (const mount of (to && daemon.journal.slot(to.slot))?.mounts ?? []) {
      for (const path of [mount.parkedPath, mount.path]) {
        const directory = path ? disk.directory(path) : null;
        if (!path || !directory || String(directory.inode) !== mount.identity?.inode) continue;
        truth.tamperedWith(directory);
        circumstances.tamperedWith.push(to.id);
        disk.remove(path);
      }
    }
  },
};

function containerOf({ engine, chance }: Machine, daemon: Daemon, side: 'from' | 'to'): ContainerRecord | null {
  const release = daemon.releases()?.[side];
  const records = release ? daemon.journal.instances(release.id) : [];
  const record = records.length > 0 ? chance.pick(records) : null;
  return engine.parts?.containers.list().find(({ id }) => id === record?.containerId) ?? null;
}

function remove(machine: Machine, record: ContainerRecord | null): void {
  machine.later(1, () => {
    if (record) void machine.engine.parts?.supervisor.remove(record, { force: true, withVolumes: false });
  });
}

function stop(machine: Machine, record: ContainerRecord | null): void {
  machine.later(1, () => {
    if (record) void machine.engine.parts?.supervisor.stop(record, 1);
  });
}
