import { afterAll, beforeAll, expect, it } from 'vitest';
import { RECOVERY_TABLE } from '../../src/domain/recovery.ts';
import { describeOnEngine } from '../support/on-engine.ts';
import { OPTIONAL_STEPS } from '../support/optional-steps.ts';
import { adoptedAppliance, crashAndRecover, outcomesOfUpgrade } from './crashing.ts';
import type { Subject } from './invariant.ts';

const POINTS = Object.keys(RECOVERY_TABLE.upgrade)
  .filter((step) => !OPTIONAL_STEPS.includes(step))
  .flatMap((step) => [`${step}:intent`, `${step}:acted`, `${step}:done`]);

describeOnEngine('a daemon killed in the middle of an upgrade', (bench) => {
  let subject: Subject;
  beforeAll(async () => {
    subject = await adoptedAppliance(bench);
  });
  afterAll(async () => {
    await subject?.belay.close();
  });

  it.each(POINTS)('at %s: the next one ends on one release with its own data', async (point) => {
    const allowed = await outcomesOfUpgrade(subject, '1.0', '2.0');
    const { operation, outcome } = await crashAndRecover(
      subject,
      point,
      { path: '/api/cluster/upgrade', body: { version: '2.0' } },
      allowed,
    );
    const step = point.split(':')[0] as string;
    const isCommitted = step === 'restart-policy' || point === 'commit:done' || point === 'commit:acted';
    expect(outcome.version).toBe(isCommitted ? '2.0' : '1.0');
    expect(operation.recoveries).toBe(1);
    // The next case begins from 1.0 again, with 1.0's own data.
    if (outcome.version === '2.0') {
      expect((await subject.belay.rollback()).state).toBe('succeeded');
      expect((await subject.belay.system()).version).toBe('1.0');
    }
  });
});
