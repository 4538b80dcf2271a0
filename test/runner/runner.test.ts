import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BelayError } from '../../src/domain/errors.ts';
import { newOperationId } from '../../src/domain/ids.ts';
import type { Operation } from '../../src/domain/operation.ts';
import { MAX_RECOVERIES } from '../../src/domain/recovery.ts';
import type { Sequence } from '../../src/domain/step.ts';
import { recoverUnfinished } from '../../src/runner/recover.ts';
import { Runner } from '../../src/runner/runner.ts';
import { repair } from '../../src/sequences/repair.ts';
import { ScriptedWorld } from '../support/scripted-world.ts';

let script: ScriptedWorld;
let upgrade: Sequence;
let rollback: Sequence;
beforeEach(() => {
  script = new ScriptedWorld();
  upgrade = script.sequence('upgrade', ['pull', 'stop', 'start', 'commit', 'restart-policy'], 'stop', 'restart-policy');
  rollback = script.sequence('rollback', ['prepare', 'stop', 'start', 'commit'], 'stop', 'stop');
});
afterEach(() => script.close());

const runner = () =>
  new Runner({
    world: script.world,
    sequences: script.sequences({ upgrade, rollback, repair }),
    onChange: () => {},
  });
const left = (operation: Operation) => script.journal.operation(operation.id);

async function run(sequence: Sequence): Promise<Operation | null> {
  const one = runner();
  const operation = one.start(script.begin(sequence));
  await one.settled(operation.id);
  return left(operation);
}

describe('forward', () => {
  test('without the steps that the plan has left out', async () => {
    const request = script.begin(upgrade);
    const one = runner();
    const operation = one.start({ ...request, steps: request.steps.filter(({ name }) => name !== 'pull') });
    await one.settled(operation.id);
    expect(script.asked).toEqual(['stop', 'start', 'commit', 'restart-policy']);
    expect(left(operation)?.state).toBe('succeeded');
  });

  test('every step in order, each with its intent before and its outcome after', async () => {
    const ended = await run(upgrade);
    expect(script.asked).toEqual(['pull', 'stop', 'start', 'commit', 'restart-policy']);
    expect(ended).toMatchObject({ state: 'succeeded', reason: null });
    const phases = script.journal.entries(ended?.id ?? '').map(({ step, phase }) => `${step} ${phase}`);
    expect(phases.slice(0, 4)).toEqual(['pull intent', 'pull done', 'stop intent', 'stop done']);
  });

  test('what is already there is not done again', async () => {
    script.there.add('stop');
    await run(upgrade);
    expect(script.asked).toEqual(['pull', 'start', 'commit', 'restart-policy']);
  });
});

describe('a failure', () => {
  test('before the switch changes nothing and has failed', async () => {
    script.failures.set('pull', 1);
    expect(await run(upgrade)).toMatchObject({ state: 'failed', reason: 'pull failed' });
    expect(script.asked).toEqual(['pull', 'pull.revert']);
  });

  test('after the switch goes back, last step first', async () => {
    script.failures.set('start', 1);
    expect(await run(upgrade)).toMatchObject({ state: 'rolled-back', reason: 'start failed' });
    expect(script.asked).toEqual(['pull', 'stop', 'start', 'start.revert', 'stop.revert', 'pull.revert']);
  });

  test('after the commit is tried again, and goes forward', async () => {
    script.failures.set('restart-policy', 2);
    expect(await run(upgrade)).toMatchObject({ state: 'succeeded' });
    expect(script.asked.filter((name) => name.endsWith('.revert'))).toEqual([]);
  });

  test('that does not go away after the commit asks for attention', async () => {
    script.failures.set('restart-policy', 99);
    expect(await run(upgrade)).toMatchObject({ state: 'needs-attention', reason: 'restart-policy failed' });
  });

  test('of a rollback is never rolled back once it has begun to stop', async () => {
    script.failures.set('start', 1);
    expect(await run(rollback)).toMatchObject({ state: 'succeeded' });
    expect(script.asked.filter((name) => name.endsWith('.revert'))).toEqual([]);
  });

  test('of a revert is tried again', async () => {
    script.failures.set('start', 1).set('stop.revert', 2);
    expect(await run(upgrade)).toMatchObject({ state: 'rolled-back' });
  });

  test('that only the absence of the engine made is tried again as often as it takes', async () => {
    script.failWith = (what) => new BelayError('engine-unreachable', `${what} failed`);
    script.failures.set('restart-policy', 7);
    expect(await run(upgrade)).toMatchObject({ state: 'succeeded' });
  });

  test('of a revert, too', async () => {
    script.failWith = (what) => new BelayError('engine-unreachable', `${what} failed`);
    script.failures.set('start', 1).set('stop.revert', 7);
    expect(await run(upgrade)).toMatchObject({ state: 'rolled-back' });
  });

  test('of a revert for want of room is tried again when the rest is taken back, and the room may have come from that', async () => {
    script.failWith = (what) => new BelayError('no-space', `${what} failed`);
    script.failures.set('start', 1).set('stop.revert', 4);
    expect(await run(upgrade)).toMatchObject({ state: 'rolled-back', reason: 'start failed' });
    expect(script.asked.lastIndexOf('stop.revert')).toBeGreaterThan(script.asked.indexOf('pull.revert'));
  });

  test('for want of room that stays asks for attention in the end', async () => {
    script.failWith = (what) => new BelayError('no-space', `${what} failed`);
    script.failures.set('start', 1).set('stop.revert', 999);
    expect(await run(upgrade)).toMatchObject({ state: 'needs-attention' });
  });

  test('of a commit whose answer alone was lost is none', async () => {
    const commit = upgrade.steps.find(({ name }) => name === 'commit');
    if (!commit) return expect.fail('no commit');
    commit.recordsOutcome = true;
    commit.run = async ({ operation }) => {
      script.journal.record({ operation: operation.id, step: 'commit', phase: 'done', at: new Date() });
      throw new BelayError('journal-unusable', 'the answer was lost');
    };
    expect(await run(upgrade)).toMatchObject({ state: 'succeeded' });
    expect(script.asked.at(-1)).toBe('restart-policy');
  });

  test('of which not even the end can be recorded is left to the next daemon', async () => {
    script.world.journal.record = () => {
      throw new Error('a defect');
    };
    script.world.journal.finish = () => {
      throw new Error('a defect');
    };
    expect(await run(upgrade)).toMatchObject({ state: 'running' });
  });

  test('of a revert that stays does not keep the others from going back, and is told', async () => {
    script.failures.set('start', 1).set('start.revert', 99);
    const ended = await run(upgrade);
    expect(ended?.state).toBe('needs-attention');
    expect(ended?.reason).toBe('start failed Going back was not possible: start.revert failed');
    expect(script.asked).toContain('stop.revert');
  });
});

describe('a daemon that is told to stop', () => {
  test('leaves what has not begun to switch to the next one', async () => {
    let letGo = () => {};
    script.holds.set(
      'pull',
      new Promise((resolve) => {
        letGo = resolve;
      }),
    );
    const one = runner();
    const request = script.begin(upgrade);
    const another = { ...request, id: newOperationId() };
    const operation = one.start(request);
    await Promise.resolve();
    const drained = one.drain();
    letGo();
    await drained;
    expect(script.asked).toEqual(['pull']);
    expect(left(operation)?.state).toBe('running');
    expect(() => one.start(another)).toThrow('stopping');
  });

  test('finishes what has begun to switch', async () => {
    let letGo = () => {};
    script.holds.set(
      'start',
      new Promise((go) => {
        letGo = go;
      }),
    );
    const one = runner();
    const operation = one.start(script.begin(upgrade));
    while (!script.asked.includes('start')) await new Promise((resolve) => setImmediate(resolve));
    const drained = one.drain();
    letGo();
    await drained;
    expect(left(operation)?.state).toBe('succeeded');
  });
});

describe('the next daemon', () => {
  const cutOffAt = (
    sequence: Sequence,
    entries: [step: string, phase: 'intent' | 'done' | 'revert-intent' | 'reverted'][],
  ) => {
    const operation = script.journal.begin(script.begin(sequence), new Date());
    for (const [step, phase] of entries)
      script.journal.record({ operation: operation.id, step, phase, at: new Date() });
    return operation;
  };
  const recover = () =>
    recoverUnfinished(
      {
        world: script.world,
        runner: runner(),
        sequences: script.sequences({ upgrade, rollback, repair }),
      },
      new AbortController().signal,
    );

  test('takes an upgrade back that was cut off while it switched', async () => {
    const operation = cutOffAt(upgrade, [
      ['pull', 'intent'],
      ['pull', 'done'],
      ['stop', 'intent'],
    ]);
    await recover();
    expect(left(operation)).toMatchObject({
      state: 'rolled-back',
      reason: 'The Belay daemon was cut off at "stop".',
      recoveries: 1,
    });
    expect(script.asked).toEqual(['stop.revert', 'pull.revert']);
  });

  test('goes on with an upgrade that was committed', async () => {
    const operation = cutOffAt(upgrade, [
      ['start', 'done'],
      ['commit', 'intent'],
      ['commit', 'done'],
    ]);
    await recover();
    expect(left(operation)?.state).toBe('succeeded');
    expect(script.asked).toEqual(['restart-policy']);
  });

  test('goes on with a rollback that had begun to stop', async () => {
    const operation = cutOffAt(rollback, [
      ['prepare', 'done'],
      ['stop', 'intent'],
    ]);
    script.there.add('stop');
    await recover();
    expect(left(operation)?.state).toBe('succeeded');
    expect(script.asked).toEqual(['start', 'commit']);
  });

  test('goes on going back', async () => {
    const operation = cutOffAt(upgrade, [
      ['stop', 'intent'],
      ['start', 'intent'],
      ['start', 'revert-intent'],
    ]);
    await recover();
    expect(left(operation)?.state).toBe('rolled-back');
    expect(script.asked).toEqual(['start.revert', 'stop.revert']);
  });

  test('stops after too many tries that got no further and asks for attention', async () => {
    const operation = cutOffAt(upgrade, [
      ['pull', 'done'],
      ['stop', 'intent'],
    ]);
    script.journal.learn(operation.id, { recovery: { settled: 1, tries: MAX_RECOVERIES } });
    await recover();
    expect(left(operation)?.state).toBe('needs-attention');
    expect(script.asked).toEqual([]);
  });

  test('tries as often as it takes while each try gets further', async () => {
    const operation = cutOffAt(upgrade, [
      ['pull', 'intent'],
      ['stop', 'intent'],
      ['stop', 'revert-intent'],
      ['stop', 'reverted'],
    ]);
    script.journal.learn(operation.id, { recovery: { settled: 0, tries: MAX_RECOVERIES } });
    await recover();
    expect(left(operation)).toMatchObject({ state: 'rolled-back', facts: { recovery: { settled: 1, tries: 1 } } });
    expect(script.asked).toEqual(['pull.revert']);
  });

  test('waits for an engine that comes up later', async () => {
    const operation = cutOffAt(upgrade, [['stop', 'intent']]);
    let refusals = 5;
    script.world.host.describe = async () => {
      if (refusals-- > 0) throw new Error('no engine');
      return {} as never;
    };
    await recover();
    expect(left(operation)?.state).toBe('rolled-back');
  });
});
