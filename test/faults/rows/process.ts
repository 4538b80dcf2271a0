import { execFile } from 'node:child_process';
import { existsSync, globSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { OperationView } from '../../../src/api/contract/operation-views.ts';
import type { Fault } from '../fault.ts';
import { FORWARD_ONLY, THROUGHOUT } from '../places.ts';
import type { Stage } from '../stage.ts';
import { pause, until } from '../waiting.ts';

const run = promisify(execFile);

async function limitFiles(pid: number, limit: number | string): Promise<void> {
  await run('prlimit', ['--pid', String(pid), `--nofile=${limit}:`]);
}

const clockFile = (stage: Stage) => join(stage.belay.holds, 'clock');

/** The environment in which a process takes its wall clock from a file. */
function withClock(stage: Stage): Record<string, string> {
  const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');
  if (!library) throw new Error('libfaketime is not here (Debian package faketime)');
  writeFileSync(clockFile(stage), '+0');
  return {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: clockFile(stage),
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1',
  };
}

const clockJumps = (name: string, offset: string): Fault => ({
  row: 20,
  name: `clock ${name}`,
  at: FORWARD_ONLY,
  end: 'through',
  prepare: async (stage) => {
    await stage.belay.kill('SIGTERM');
    await stage.belay.start({ env: withClock(stage) });
  },
  strike: async (stage) => writeFileSync(clockFile(stage), offset),
  inspect: async (stage) => {
    const said = new Date((await stage.belay.get<OperationView>('/api/upgrade/status')).endedAt ?? 0);
    const aheadMs = said.getTime() - Date.now();
    return Math.abs(aheadMs) > 3_600_000 ? [] : ['the daemon did not see the clock jump'];
  },
  lift: async (stage) => {
    await stage.belay.kill('SIGTERM');
    await stage.start();
  },
});

/** A control group of the memory controller, in its first or its second version. */
function memoryGroup(pid: number): { path: string; limit: string } {
  const first = '/sys/fs/cgroup/memory';
  return existsSync(first)
    ? { path: join(first, `belay-${pid}`), limit: 'memory.limit_in_bytes' }
    : { path: join('/sys/fs/cgroup', `belay-${pid}`), limit: 'memory.max' };
}

function removed(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error;
    return false;
  }
}

/** Lets the daemon have a megabyte more, which it takes at its next deed: the kernel kills it. */
async function runOutOfMemory(stage: Stage, go: () => void): Promise<void> {
  const { pid } = stage.belay;
  const { path, limit } = memoryGroup(pid);
  mkdirSync(path);
  try {
    writeFileSync(join(path, limit), String(1 << 20));
    writeFileSync(join(path, 'cgroup.procs'), String(pid));
    go();
    // What it is doing nothing for, it may sleep through: any request makes it allocate.
    void stage.belay.get('/api/releases').catch(() => {});
    const how = await stage.belay.died();
    if (how !== 'SIGKILL') throw new Error(`the daemon ended by ${how}, and not by the kernel`);
  } finally {
    // The kernel lets go of what it has killed a moment later.
    await until('the control group is empty', async () => removed(path));
  }
  await stage.belay.kill();
  await stage.start();
}

export const PROCESS: readonly Fault[] = [
  {
    row: 26,
    name: 'out of memory: killed by the kernel',
    quick: { scenario: 'upgrade', step: 'pre-copy', phase: 'intent' },
    at: THROUGHOUT,
    end: 'either',
    strike: runOutOfMemory,
  },
  clockJumps('2 h back', '-2h'),
  { ...clockJumps('10 years ahead', '+10y'), quick: { scenario: 'upgrade', step: 'gate', phase: 'intent' } },
  {
    row: 26,
    name: 'file descriptors exhausted',
    quick: { scenario: 'upgrade', step: 'start', phase: 'intent' },
    at: THROUGHOUT,
    end: 'either',
    strike: async (stage, go) => {
      const { pid } = stage.belay;
      const open = (await readdir(`/proc/${pid}/fd`)).length;
      await limitFiles(pid, open);
      go();
      await pause(1_500);
      await limitFiles(pid, 1024);
    },
  },
];
