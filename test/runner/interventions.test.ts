import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Operation } from '../../src/domain/operation.ts';
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
  const steps = ['pull', 'stop', 'start', 'gate', 'commit', 'restart-policy'];
  upgrade = script.sequence('upgrade', steps, 'stop', 'restart-policy');
  rollback = script.sequence('rollback', ['prepare', 'stop', 'start', 'commit'], 'stop', 'stop');
});
afterEach(() => script.close());

const runner = () =>
  new Runner({
    world: script.world,
    sequences: script.sequences({ upgrade, rollback, repair }),
    onChange: () => {},
  });
const left = ({ id }: Operation) => script.journal.operation(id) as Operation;

/** Starts an operation and resolves when it hangs in this step. */
async function hangingIn(step: string, sequence: Sequence): Promise<{ one: Runner; operation: Operation }> {
  script.hangs.add(step);
  const one = runner();
  const operation = one.start(script.begin(sequence));
  while (!script.asked.includes(step)) await new Promise((resolve) => setImmediate(resolve));
  return { one, operation: left(operation) };
}

describe('an operation that is aborted', () => {
  test('before it switches has changed nothing', async () => {
    const { one, operation } = await hangingIn('pull', upgrade);
    one.interventions.abort(operation, 'eve');
    await one.settled(operation.id);
    expect(left(operation)).toMatchObject({ state: 'failed', reason: 'The upgrade was aborted by eve.' });
    expect(script.asked).toEqual(['pull', 'pull.revert']);
  });

  test('in its gate goes back', async () => {
    const { one, operation } = await hangingIn('gate', upgrade);
    one.interventions.abort(operation, 'eve');
    one.interventions.abort(left(operation), 'bob');
    await one.settled(operation.id);
    expect(left(operation)).toMatchObject({ state: 'rolled-back', reason: 'The upgrade was aborted by eve.' });
    expect(left(operation).facts.interventions).toMatchObject([{ what: 'abort', by: 'eve' }]);
    expect(script.asked.slice(-3)).toEqual(['start.revert', 'stop.revert', 'pull.revert']);
  });

  test('while a step does not listen goes back after it', async () => {
    let letGo = () => {};
    script.deaf.add('stop');
    script.holds.set(
      'stop',
      new Promise((resolve) => {
        letGo = resolve;
      }),
    );
    const one = runner();
    const operation = one.start(script.begin(upgrade));
    while (!script.asked.includes('stop')) await new Promise((resolve) => setImmediate(resolve));
    one.interventions.abort(left(operation), 'eve');
    letGo();
    await one.settled(operation.id);
    expect(left(operation).state).toBe('rolled-back');
    expect(script.asked).toEqual(['pull', 'stop', 'stop.revert', 'pull.revert']);
  });

  test('goes back also when the daemon was killed right after that', async () => {
    const operation = script.journal.begin(script.begin(upgrade), new Date());
    script.journal.record({ operation: operation.id, step: 'gate', phase: 'intent', at: new Date() });
    runner().interventions.abort(operation, 'eve');
    const next = runner();
    const recovery = {
      world: script.world,
      runner: next,
      sequences: script.sequences({ upgrade, rollback, repair }),
    };
    await recoverUnfinished(recovery, new AbortController().signal);
    expect(left(operation)).toMatchObject({ reason: 'The upgrade was aborted by eve.', recoveries: 1 });
  });

  test('must not have committed', async () => {
    const { one, operation } = await hangingIn('restart-policy', upgrade);
    expect(() => one.interventions.abort(operation, 'eve')).toThrow(
      expect.objectContaining({
        code: 'refused',
        message: '2.0 has taken over already.',
        hint: 'To go back: rollback system',
      }),
    );
    expect(() => one.interventions.extend(operation, 'eve', 1_000)).toThrow('2.0 has taken over already.');
    script.release('restart-policy');
    await one.settled(operation.id);
    expect(left(operation).state).toBe('succeeded');
  });

  test('must not be going back already', async () => {
    script.failures.set('start', 1);
    const { one, operation } = await hangingIn('stop.revert', upgrade);
    expect(() => one.interventions.abort(operation, 'eve')).toThrow('is going back to 1.0 already');
    script.release('stop.revert');
    await one.settled(operation.id);
  });

  test('may be a rollback that has stopped nothing yet', async () => {
    const { one, operation } = await hangingIn('prepare', rollback);
    one.interventions.abort(operation, 'eve');
    await one.settled(operation.id);
    expect(left(operation)).toMatchObject({ state: 'failed', reason: 'The rollback was aborted by eve.' });
    expect(script.asked).toEqual(['prepare', 'prepare.revert']);
  });

  test('cannot be a rollback that has begun to stop', async () => {
    const { one, operation } = await hangingIn('stop', rollback);
    expect(() => one.interventions.abort(operation, 'eve')).toThrow('has begun to turn 1.0 off');
    script.release('stop');
    await one.settled(operation.id);
    expect(left(operation).state).toBe('succeeded');
  });
});

describe('an upgrade that is given more time', () => {
  test('has it in the journal, added up, with who gave it', async () => {
    const { one, operation } = await hangingIn('gate', upgrade);
    one.interventions.extend(operation, 'eve', 600_000);
    one.interventions.extend(left(operation), 'bob', 60_000);
    expect(left(operation).facts.interventions).toMatchObject([
      { what: 'extend', by: 'eve', addedMs: 600_000 },
      { what: 'extend', by: 'bob', addedMs: 60_000 },
    ]);
    one.interventions.abort(left(operation), 'eve');
    expect(() => one.interventions.extend(left(operation), 'bob', 1_000)).toThrow('was aborted');
    await one.settled(operation.id);
  });

  test('cannot be a rollback', async () => {
    const { one, operation } = await hangingIn('prepare', rollback);
    expect(() => one.interventions.extend(operation, 'eve', 1_000)).toThrow('A rollback of acme is running');
    script.release('prepare');
    await one.settled(operation.id);
  });
});
