import type { Fault } from '../fault.ts';
import { FORWARD_ONLY, THROUGHOUT } from '../places.ts';
import type { Stage } from '../stage.ts';
import { pause } from '../waiting.ts';

/** Longer than the impatient build waits for an answer to anything that it asks while nothing is being started. */
const STALL_MS = 4_000;

/** What the daemon says while its engine is silent must come at once all the same. */
async function mustAnswer(stage: Stage): Promise<void> {
  const begunMs = performance.now();
  await stage.belay.get('/api/upgrade/status');
  const tookMs = performance.now() - begunMs;
  if (tookMs > 2_000) throw new Error(`show upgrade status took ${Math.round(tookMs)} ms while the engine was silent`);
}

const unfit = (mode: 'too old' | 'too new'): Fault => ({
  row: 21,
  name: `engine ${mode}`,
  at: THROUGHOUT,
  stage: { build: 'impatient', engineProxy: true },
  end: 'either',
  strike: async (stage, go) => {
    stage.proxy?.set(mode);
    go();
    await pause(1_500);
    stage.proxy?.set('pass');
  },
  lift: async (stage) => stage.proxy?.set('pass'),
});

export const ENGINE: readonly Fault[] = [
  unfit('too old'),
  { ...unfit('too new'), quick: { scenario: 'upgrade', step: 'stop', phase: 'intent' } },
  {
    row: 4,
    name: 'dockerd SIGSTOP',
    quick: { scenario: 'upgrade', step: 'prepare', phase: 'intent' },
    at: THROUGHOUT,
    stage: { build: 'impatient' },
    // A stall that ends before a call was waiting for it is no failure.
    end: 'either',
    strike: async (stage, go) => {
      process.kill(stage.engine.pid(), 'SIGSTOP');
      try {
        go();
        await pause(STALL_MS);
        await mustAnswer(stage);
      } finally {
        process.kill(stage.engine.pid(), 'SIGCONT');
      }
    },
  },
  {
    row: 21,
    name: 'Docker API cut in mid-answer',
    quick: { scenario: 'upgrade', step: 'start', phase: 'intent' },
    at: THROUGHOUT,
    stage: { build: 'impatient', engineProxy: true },
    end: 'either',
    strike: async (stage, go) => {
      stage.proxy?.set('cut');
      go();
      await pause(1_500);
      stage.proxy?.set('pass');
    },
    lift: async (stage) => stage.proxy?.set('pass'),
  },
  {
    row: 21,
    name: 'Docker API silent in mid-answer',
    at: THROUGHOUT,
    stage: { build: 'impatient', engineProxy: true },
    end: 'either',
    strike: async (stage, go) => {
      stage.proxy?.set('stall');
      go();
      await pause(STALL_MS);
      stage.proxy?.set('pass');
    },
    lift: async (stage) => stage.proxy?.set('pass'),
  },
  {
    row: 21,
    name: 'event stream silent, then cut',
    at: FORWARD_ONLY,
    stage: { build: 'impatient', engineProxy: true },
    end: 'through',
    strike: async (stage) => stage.proxy?.set('events cut'),
    lift: async (stage) => stage.proxy?.set('pass'),
  },
];
