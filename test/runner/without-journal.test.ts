import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BelayError } from '../../src/domain/errors.ts';
import type { Journal } from '../../src/domain/ports/journal.ts';
import type { Sequence } from '../../src/domain/step.ts';
import { Runner } from '../../src/runner/runner.ts';
import { ScriptedWorld } from '../support/scripted-world.ts';

const WRITES = ['record', 'learn', 'finish', 'commit', 'countRecovery', 'proveWritable'];

let script: ScriptedWorld;
let isFull = false;
/** Steps at whose start the disk is full. */
let fullAt = '';

/** The real journal on a disk that a test fills. */
function fillable(journal: Journal): Journal {
  return new Proxy(journal, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...values: unknown[]) => {
        if (isFull && WRITES.includes(String(name))) throw new BelayError('journal-unusable', 'No space is left.');
        return value.apply(target, values);
      };
    },
  });
}

beforeEach(() => {
  script = new ScriptedWorld();
  isFull = false;
});
afterEach(() => script.close());

/** Steps that fill the disk when they are asked to run. */
function filling(sequence: Sequence): Sequence {
  const steps = sequence.steps.map((step) => ({
    ...step,
    run: async (context: Parameters<typeof step.run>[0]) => {
      if (step.name === fullAt) isFull = true;
      await step.run(context);
    },
  }));
  return { ...sequence, steps };
}

async function begin(kind: 'upgrade' | 'rollback') {
  const upgrade = filling(
    script.sequence('upgrade', ['pull', 'stop', 'start', 'commit', 'restart-policy'], 'stop', 'restart-policy'),
  );
  const rollback = filling(script.sequence('rollback', ['prepare', 'stop', 'start', 'commit'], 'stop', 'stop'));
  const journal = fillable(script.journal);
  // It waits as long as the test has not looked.
  const clock = { ...script.world.clock, sleep: () => new Promise<void>((resolve) => setTimeout(resolve, 5)) };
  const runner = new Runner({
    world: { ...script.world, journal, clock },
    sequences: {
      upgrade,
      rollback,
      restore: upgrade,
      repair: rollback,
      install: upgrade,
      move: upgrade,
      rehearsal: upgrade,
      promotion: upgrade,
      'legacy-rollback': upgrade,
      change: upgrade,
    },
    onChange: () => {},
  });
  const operation = runner.start(script.begin(kind === 'upgrade' ? upgrade : rollback));
  return { runner, operation, now: () => script.journal.operation(operation.id) };
}

const asked = (...steps: string[]) => expect.poll(() => script.asked).toEqual(steps);

describe('a disk that is full in the middle', () => {
  test('of an upgrade: the old release is brought back at once, and the record follows when there is room', async () => {
    fullAt = 'start';
    const { runner, operation, now } = await begin('upgrade');
    await asked('pull', 'stop', 'start', 'start.revert', 'stop.revert');
    expect(now()?.state).toBe('running');
    isFull = false;
    fullAt = '';
    await runner.settled(operation.id);
    expect(script.asked.slice(5)).toEqual(['start.revert', 'stop.revert', 'pull.revert']);
    expect(now()).toMatchObject({ state: 'rolled-back', reason: 'No space is left.' });
  });

  test('before the switch: nothing that serves is touched, and it has failed', async () => {
    fullAt = 'pull';
    const { runner, operation, now } = await begin('upgrade');
    await asked('pull');
    isFull = false;
    await runner.settled(operation.id);
    expect(script.asked).toEqual(['pull', 'pull.revert']);
    expect(now()).toMatchObject({ state: 'failed' });
  });

  test('of a rollback: it goes on as far as it may without a record, and is committed when there is room', async () => {
    fullAt = 'stop';
    const { runner, operation, now } = await begin('rollback');
    await expect.poll(() => script.asked).toContain('start');
    expect(now()?.state).toBe('running');
    isFull = false;
    fullAt = '';
    await runner.settled(operation.id);
    expect(now()).toMatchObject({ state: 'succeeded' });
  });

  test('a daemon that is told to stop meanwhile leaves the operation to the next one', async () => {
    fullAt = 'start';
    const { runner, now } = await begin('upgrade');
    await asked('pull', 'stop', 'start', 'start.revert', 'stop.revert');
    await runner.drain();
    expect(now()?.state).toBe('running');
  });
});
