import { afterAll, beforeAll, expect, it } from 'vitest';
import { RECOVERY_TABLE } from '../../src/domain/recovery.ts';
import { describeOnEngine } from '../support/on-engine.ts';
import { OPTIONAL_STEPS } from '../support/optional-steps.ts';
import { adoptedAppliance, crashAndRecover } from './crashing.ts';
import { migrated, type Outcome, readWitness, type Subject } from './invariant.ts';

// A restore of all mounts has no delta. Its steps are those of an upgrade, which is killed at every phase of each.
const POINTS = [
  ...Object.keys(RECOVERY_TABLE.restore)
    .filter((step) => step !== 'delta' && !OPTIONAL_STEPS.includes(step))
    .map((step) => `${step}:acted`),
  'commit:intent',
  'commit:done',
];

describeOnEngine('a daemon killed in the middle of a restore', (bench) => {
  let subject: Subject;
  let snapshot: string;
  let today: Outcome;
  let restored: Outcome;
  beforeAll(async () => {
    subject = await adoptedAppliance(bench);
    const old = await readWitness(subject);
    expect((await subject.belay.upgrade('2.0')).state).toBe('succeeded');
    await bench.engine.docker(['exec', subject.container, 'sh', '-c', 'echo of-today > /data/witness; sync']);
    [snapshot = ''] = (await subject.belay.snapshots()).map(({ id }) => id);
    today = { version: '2.0', data: await readWitness(subject) };
    // The data of 1.0 is migrated by 2.0, when it starts on it.
    restored = { version: '2.0', data: migrated(old, '2') };
  });
  afterAll(async () => {
    await subject?.belay.close();
  });

  it.each(POINTS)('at %s: the next one ends on one release with its own data', async (point) => {
    const request = { path: '/api/cluster/restore', body: { snapshot } };
    const { operation, outcome } = await crashAndRecover(subject, point, request, [today, restored]);
    const step = point.split(':')[0] as string;
    const isCommitted = step === 'restart-policy' || point === 'commit:done' || point === 'commit:acted';
    expect(operation.state).toBe(isCommitted ? 'succeeded' : operation.state);
    expect(outcome.data).toEqual(isCommitted ? restored.data : today.data);
    // The next case begins with today's data again.
    if (isCommitted) expect((await subject.belay.rollback()).state).toBe('succeeded');
  });
});
