import { afterAll, beforeAll, expect, it } from 'vitest';
import { upgrade } from '../../src/sequences/upgrade.ts';
import { describeOnEngine } from '../support/on-engine.ts';
import { OPTIONAL_STEPS } from '../support/optional-steps.ts';
import { adoptedAppliance, crashAndRecover } from './crashing.ts';
import { readWitness, type Subject } from './invariant.ts';

// 2.1 fails in its gate, so every step up to it is taken back, where there is something to take back.
const gateIndex = upgrade.steps.findIndex(({ name }) => name === 'gate');
const POINTS = upgrade.steps
  .slice(0, gateIndex)
  .filter(({ name, revert }) => revert && !OPTIONAL_STEPS.includes(name))
  .toReversed()
  .flatMap(({ name }) => [`${name}:revert-intent`, `${name}:revert-acted`, `${name}:reverted`]);

describeOnEngine('a daemon killed while a failed upgrade goes back', (bench) => {
  let subject: Subject;
  beforeAll(async () => {
    subject = await adoptedAppliance(bench);
  });
  afterAll(async () => {
    await subject?.belay.close();
  });

  it.each(POINTS)('at %s: the next one goes on going back', async (point) => {
    const old = { version: '1.0', data: await readWitness(subject) };
    const request = { path: '/api/cluster/upgrade', body: { version: '2.1', force: true } };
    const { operation } = await crashAndRecover(subject, point, request, [old]);
    expect(operation.state).toBe('rolled-back');
    expect(operation.reason).toBe('2.1 did not prove itself: it says that it is "0.0.0".');
  });
});
