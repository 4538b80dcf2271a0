import { execFile } from 'node:child_process';
import { rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { OperationView } from '../../../src/api/contract/operation-views.ts';
import type { ReleaseView } from '../../../src/api/contract/release-views.ts';
import type { LoopFilesystem } from '../../support/loop-filesystem.ts';
import type { Fault } from '../fault.ts';
import { FORWARD_ONLY } from '../places.ts';
import type { Stage } from '../stage.ts';
import { pause } from '../waiting.ts';

const run = promisify(execFile);
const filler = (disk: LoopFilesystem) => join(disk.path, 'filler');

/** Takes every block that it can. */
async function fill(disk: LoopFilesystem): Promise<void> {
  const { bfree, bsize } = await statfs(disk.path);
  let blocks = bfree;
  for (let n = 0; blocks > 0; n++) {
    const path = `${filler(disk)}-${n}`;
    const isTaken = await run('fallocate', ['-l', String(blocks * bsize), path]).then(
      () => true,
      () => false,
    );
    if (!isTaken) await rm(path, { force: true });
    blocks = isTaken ? (await statfs(disk.path)).bfree : Math.floor(blocks / 2);
  }
}

async function empty(disk: LoopFilesystem | undefined): Promise<void> {
  if (disk) await run('sh', ['-c', 'rm -f "$1"-*', 'sh', filler(disk)]);
}

async function mustShowHistory(stage: Stage): Promise<void> {
  const [status, releases] = await Promise.all([
    stage.belay.get<OperationView | null>('/api/upgrade/status'),
    stage.belay.get<ReleaseView[]>('/api/releases'),
  ]);
  if (!status || releases.length === 0) throw new Error('the history cannot be read');
}

const needsRoom = ['pull', 'pre-copy', 'prepare', 'stop', 'delta', 'start'];

export const FULL: readonly Fault[] = [
  {
    row: 7,
    name: 'disk of the engine and of the data full',
    at: { upgrade: needsRoom },
    notElsewhere: 'a step that writes nothing there is not stopped by it',
    stage: { ownDisks: true },
    end: 'either',
    names: /space|full/i,
    version: (stage) => stage.unseenVersion(),
    strike: async (stage, go) => {
      if (!stage.disks) return;
      await fill(stage.disks.data);
      go();
      await pause(3_000);
      await empty(stage.disks.data);
    },
    lift: async (stage) => empty(stage.disks?.data),
  },
  {
    row: 7,
    name: 'state directory full',
    quick: { scenario: 'upgrade', step: 'stop', phase: 'intent' },
    at: FORWARD_ONLY,
    stage: { ownDisks: true },
    end: 'either',
    strike: async (stage, go) => {
      if (!stage.disks) return;
      await fill(stage.disks.state);
      go();
      await pause(2_000);
      await mustShowHistory(stage);
      await empty(stage.disks.state);
    },
    lift: async (stage) => empty(stage.disks?.state),
  },
  {
    row: 8,
    name: 'state directory read-only',
    quick: { scenario: 'upgrade', step: 'gate', phase: 'intent' },
    at: FORWARD_ONLY,
    stage: { ownDisks: true },
    end: 'either',
    strike: async (stage, go) => {
      const state = stage.disks?.state;
      if (!state) return;
      await state.turnReadOnly();
      go();
      await pause(2_000);
      await mustShowHistory(stage);
      await stage.belay.kill('SIGKILL');
      await state.remount();
      await stage.start();
    },
  },
];
