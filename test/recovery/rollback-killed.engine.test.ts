import { afterAll, beforeAll, expect, it } from 'vitest';
import { RECOVERY_TABLE } from '../../src/domain/recovery.ts';
import { describeOnEngine } from '../support/on-engine.ts';
import { OPTIONAL_STEPS } from '../support/optional-steps.ts';
import { adoptedAppliance, crashAndRecover } from './crashing.ts';
import { type Outcome, readWitness, type Subject } from './invariant.ts';

// Nothing is unpacked where the frozen slot is instant.
const POINTS = Object.keys(RECOVERY_TABLE.rollback)
  .filter((step) => step !== 'unpack' && !OPTIONAL_STEPS.includes(step))
  .flatMap((step) => [`${step}:intent`, `${step}:acted`, `${step}:done`]);

describeOnEngine('a daemon killed in the middle of a rollback', (bench) => {
  let subject: Subject;
  let old: Outcome;
  let upgraded: Outcome;
  beforeAll(async () => {
    subject = await adoptedAppliance(bench);
    old = { version: '1.0', data: await readWitness(subject) };
    expect((await subject.belay.upgrade('2.0')).state).toBe('succeeded');
    upgraded = { version: '2.0', data: await readWitness(subject) };
  });
  afterAll(async () => {
    await subject?.belay.close();
  });

  it.each(POINTS)('at %s: the next one ends on one release with its own data', async (point) => {
    const request = { path: '/api/cluster/rollback', body: {} };
    const { outcome } = await crashAndRecover(subject, point, request, [old, upgraded]);
    const step = point.split(':')[0] as string;
    expect(outcome.version).toBe(step === 'preflight' || step === 'prepare' ? '2.0' : '1.0');
    // The next case begins from 2.0 again.
    if (outcome.version === '1.0') {
      const left = (await subject.belay.releases()).find(
        ({ version, status }) => version === '2.0' && status === 'rolled-back',
      );
      expect((await subject.belay.rollback(left?.id)).state).toBe('succeeded');
    }
  });
});
