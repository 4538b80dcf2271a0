import { existsSync } from 'node:fs';
import type { Fault } from '../fault.ts';
import { FORWARD_ONLY, IN_RECOVERY, THROUGHOUT } from '../places.ts';
import type { Stage } from '../stage.ts';

async function killAndStart(stage: Stage, go: () => void): Promise<void> {
  await stage.belay.kill('SIGKILL');
  go();
  await stage.start();
}

const PHASES = ['before', 'acted', 'done'];

export const KILLED: readonly Fault[] = [
  {
    row: 1,
    name: 'daemon kill -9',
    quick: { scenario: 'upgrade', step: 'start', phase: 'acted' },
    at: FORWARD_ONLY,
    phases: PHASES,
    end: 'table',
    strike: killAndStart,
  },
  {
    row: 2,
    name: 'daemon kill -9, again',
    quick: { scenario: 'recovery of an upgrade', step: 'start', phase: 'revert-acted' },
    at: IN_RECOVERY,
    phases: PHASES,
    end: 'table',
    strike: killAndStart,
  },
  {
    row: 3,
    name: 'dockerd kill -9',
    at: THROUGHOUT,
    end: 'either',
    strike: async (stage, go) => {
      await stage.engine.kill();
      go();
      await stage.engine.start();
    },
  },
  {
    row: 3,
    name: 'dockerd, containerd, shims kill -9',
    quick: { scenario: 'upgrade', step: 'delta', phase: 'intent' },
    at: THROUGHOUT,
    end: 'either',
    strike: async (stage, go) => {
      await stage.engine.powerOff();
      go();
      await stage.engine.start();
    },
  },
  {
    row: 23,
    name: 'stale socket after a kill',
    quick: { scenario: 'upgrade', step: 'stop', phase: 'intent' },
    at: FORWARD_ONLY,
    end: 'table',
    strike: async (stage, go) => {
      await stage.belay.kill('SIGKILL');
      if (!existsSync(stage.belay.socket)) throw new Error('the killed daemon left no socket');
      go();
      await stage.start();
    },
  },
];
