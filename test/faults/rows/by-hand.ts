import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { recordOf } from '../../recovery/record.ts';
import type { Fault } from '../fault.ts';
import { containerOf, latestOperation } from '../latest.ts';
import type { Stage } from '../stage.ts';
import { pause } from '../waiting.ts';

/** Where the data of the clone lies on this machine. */
function clonePath(stage: Stage): string {
  const slot = recordOf(stage).slots.find(({ state }) => state === 'preparing');
  const path = slot?.mounts.find(({ volume }) => volume)?.path;
  if (!path) throw new Error('there is no clone yet');
  return path;
}

async function frozenVolume(stage: Stage): Promise<string> {
  const slot = recordOf(stage).slots.find(({ state }) => state === 'frozen');
  const volume = slot?.mounts.find(({ volume }) => volume)?.volume;
  if (!volume) throw new Error('no slot is frozen');
  return volume;
}

const pathOf = (stage: Stage, volume: string) =>
  stage.engine.docker(['volume', 'inspect', '-f', '{{.Mountpoint}}', volume]);

/** Removes the container that holds a frozen volume, so that the volume can be removed. */
async function removeFrozenVolume(stage: Stage): Promise<string> {
  const volume = await frozenVolume(stage);
  const holders = (await stage.engine.docker(['ps', '-aq', '--filter', `volume=${volume}`]))
    .split('\n')
    .filter(Boolean);
  if (holders.length > 0) await stage.engine.docker(['rm', ...holders]);
  await stage.engine.docker(['volume', 'rm', volume]);
  return volume;
}

async function removeLabelled(stage: Stage, label: string): Promise<void> {
  const ids = (await stage.engine.docker(['ps', '-aq', '--filter', `label=${label}`])).split('\n').filter(Boolean);
  if (ids.length > 0) await stage.engine.docker(['rm', '-f', ...ids]);
}

let thief: ReturnType<typeof createServer> | null = null;

async function takePort(stage: Stage): Promise<void> {
  thief = createServer();
  await new Promise<void>((resolve, reject) => {
    thief?.once('error', reject).listen(stage.port, '127.0.0.1', resolve);
  });
}

async function givePort(): Promise<void> {
  const server = thief;
  thief = null;
  if (server) await new Promise((resolve) => server.close(resolve));
}

const BEFORE = ['preflight'];
const docker = (stage: Stage, ...args: string[]) => stage.engine.docker(args);

export const BY_HAND: readonly Fault[] = [
  {
    row: 13,
    name: 'container name taken',
    at: { upgrade: BEFORE, rollback: BEFORE },
    notElsewhere: 'behind the preflight both of the names are the appliance’s own containers’',
    end: 'refused',
    names: /name acme is taken/,
    prepare: async (stage) => {
      await docker(stage, 'rename', 'acme', 'renamed');
      await docker(stage, 'create', '--name', 'acme', stage.reference('1.0'));
    },
    lift: async (stage) => {
      await docker(stage, 'rm', 'acme');
      await docker(stage, 'rename', 'renamed', 'acme');
    },
  },
  {
    row: 13,
    name: 'name of the new container taken',
    at: { upgrade: ['prepare'] },
    notElsewhere: 'it is taken only while it is prepared',
    end: 'table',
    names: /name acme-R[A-Z]{10} is taken/,
    strike: async (stage) => {
      const { toRelease } = latestOperation(stage);
      await docker(stage, 'create', '--name', `acme-${toRelease}`, '--label', 'by=hand', stage.reference('1.0'));
    },
    lift: async (stage) => void (await removeLabelled(stage, 'by=hand')),
  },
  {
    row: 13,
    name: 'name of the old container taken',
    at: { upgrade: ['stop'], rollback: ['stop'] },
    end: 'table',
    names: /name acme-R[A-Z]{10} is taken/,
    strike: async (stage, go) => {
      const { fromRelease } = latestOperation(stage);
      await docker(stage, 'create', '--name', `acme-${fromRelease}`, '--label', 'by=hand', stage.reference('1.0'));
      go();
      await pause(1_500);
      await removeLabelled(stage, 'by=hand');
    },
    lift: async (stage) => void (await removeLabelled(stage, 'by=hand')),
  },
  {
    row: 13,
    name: 'port taken by another process',
    quick: { scenario: 'upgrade', step: 'start', phase: 'intent' },
    at: { upgrade: ['delta', 'start'], rollback: ['start'] },
    notElsewhere: 'before the stop the appliance has it, behind the start too',
    end: 'table',
    names: /port \d+ is taken/,
    strike: async (stage, go) => {
      await takePort(stage);
      go();
      await pause(1_500);
      await givePort();
    },
    lift: givePort,
  },
  {
    row: 14,
    name: 'volume of the frozen release removed',
    at: { rollback: BEFORE },
    notElsewhere: 'a volume that a container mounts cannot be removed',
    end: 'refused',
    names: /volume \S+ .*gone/,
    spoils: true,
    prepare: async (stage) => void (await removeFrozenVolume(stage)),
  },
  {
    row: 14,
    name: 'volume removed and made again, empty',
    quick: { scenario: 'rollback', step: 'preflight', phase: 'intent' },
    at: { rollback: BEFORE },
    end: 'refused',
    names: /not the data that was there/,
    spoils: true,
    prepare: async (stage) => void (await docker(stage, 'volume', 'create', await removeFrozenVolume(stage))),
  },
  {
    row: 14,
    name: '_data of the frozen release removed',
    at: { rollback: BEFORE },
    end: 'refused',
    names: /not there any more|gone/,
    spoils: true,
    prepare: async (stage) => rm(await pathOf(stage, await frozenVolume(stage)), { recursive: true }),
  },
  {
    row: 14,
    name: '_data of the clone removed',
    at: { upgrade: ['delta', 'start'] },
    notElsewhere: 'before there is a clone there is nothing to remove, and a running container keeps what it has open',
    end: 'either',
    strike: async (stage) => rm(clonePath(stage), { recursive: true }),
  },
  {
    row: 15,
    name: 'new image removed by force',
    at: { upgrade: ['pre-copy', 'prepare', 'stop', 'start', 'gate', 'commit', 'restart-policy'] },
    notElsewhere: 'before the pull it is not here',
    end: 'either',
    version: (stage) => stage.unseenVersion(),
    strike: async (stage) => {
      await docker(stage, 'rmi', '-f', stage.reference(stage.lastUnseen)).catch(() => '');
    },
  },
  {
    row: 15,
    name: 'new container removed by force',
    at: { upgrade: ['stop', 'delta', 'start', 'gate', 'commit'], rollback: ['stop', 'start', 'gate', 'commit'] },
    notElsewhere:
      'before the prepare step it does not exist; behind the commit it is the active one: drift, see show system',
    end: 'either',
    strike: async (stage) => void (await docker(stage, 'rm', '-f', containerOf(stage, 'coming'))),
  },
  {
    row: 15,
    name: 'old container removed by force',
    at: { upgrade: ['delta', 'start', 'gate', 'commit', 'restart-policy'] },
    end: 'either',
    strike: async (stage) => void (await docker(stage, 'rm', '-f', containerOf(stage, 'leaving'))),
  },
  {
    row: 15,
    name: 'new container renamed',
    at: { upgrade: ['stop', 'delta', 'start', 'gate', 'commit'], rollback: ['stop', 'start', 'gate'] },
    end: 'either',
    strike: async (stage) => void (await docker(stage, 'rename', containerOf(stage, 'coming'), 'somebody')),
  },
  {
    row: 15,
    name: 'old container renamed',
    at: { upgrade: ['pull', 'prepare', 'stop', 'delta', 'start', 'gate'], rollback: ['stop', 'start', 'gate'] },
    end: 'either',
    strike: async (stage) => void (await docker(stage, 'rename', containerOf(stage, 'leaving'), 'somebody')),
  },
  {
    row: 15,
    name: 'old container started by hand',
    quick: { scenario: 'upgrade', step: 'gate', phase: 'intent' },
    at: { upgrade: ['delta', 'start', 'gate', 'commit'], rollback: ['start', 'gate', 'commit'] },
    notElsewhere: 'before the stop it runs anyway',
    end: 'either',
    strike: async (stage) => {
      await docker(stage, 'start', containerOf(stage, 'leaving')).catch(() => '');
    },
  },
  {
    row: 15,
    name: 'docker start acme while it is down',
    at: { upgrade: ['delta', 'start', 'gate', 'commit'], rollback: ['start', 'gate', 'commit'] },
    end: 'either',
    strike: async (stage) => {
      await docker(stage, 'start', stage.container).catch(() => '');
    },
  },
  {
    row: 15,
    name: 'old container given a restart policy by hand',
    at: { upgrade: ['delta', 'start', 'gate', 'commit'] },
    end: 'either',
    strike: async (stage) => {
      await docker(stage, 'update', '--restart', 'always', containerOf(stage, 'leaving'));
    },
  },
];
