import { describe, expect, it } from 'vitest';
import type { Operation } from '../../src/domain/operation.ts';
import type { Instance } from '../../src/domain/ports/container-host.ts';
import { NO_RESTART, type RestartPolicy } from '../../src/domain/service-spec.ts';
import { type Absence, reasonToStart, wasRevived } from '../../src/reconcile/absence.ts';
import { anInstance, stoppedInstance, UNLESS_STOPPED } from './seen.ts';

const at = (seconds: number) => new Date(Date.parse('2026-11-21T05:00:00Z') + seconds * 1_000);
/** The engine went at 0, came up at 9, and was seen at 10. */
const WATCHED: Absence = { goneAt: at(0), upSince: at(9), backAt: at(10), endedBefore: new Set() };
const UNWATCHED: Absence = { ...WATCHED, goneAt: null, backAt: at(600) };
const ALWAYS: RestartPolicy = { name: 'always', maximumRetryCount: 0 };
const ON_FAILURE: RestartPolicy = { name: 'on-failure', maximumRetryCount: 0 };
const endedAt = (seconds: number, change: Partial<Instance> = {}) =>
  stoppedInstance({ finishedAt: at(seconds), ...change });

describe('what goes down with the engine is started again', () => {
  it.each<[string, Instance, RestartPolicy, Absence, boolean]>([
    ['while Belay watched', endedAt(8.5), UNLESS_STOPPED, WATCHED, true],
    ['while nobody watched', endedAt(8.5), UNLESS_STOPPED, UNWATCHED, true],
    ['with the longest stop timeout', endedAt(-3), UNLESS_STOPPED, UNWATCHED, true],
    ['stopped before the engine went', endedAt(-60), UNLESS_STOPPED, WATCHED, false],
    ['stopped before the engine went, unseen', endedAt(-60), UNLESS_STOPPED, UNWATCHED, false],
    ['stopped since', endedAt(300), UNLESS_STOPPED, UNWATCHED, false],
    [
      'seen to be stopped just before',
      endedAt(-1),
      UNLESS_STOPPED,
      { ...WATCHED, endedBefore: new Set([endedAt(0).id]) },
      false,
    ],
    [
      'of an engine that never went, but did not answer',
      endedAt(5),
      UNLESS_STOPPED,
      { ...WATCHED, upSince: at(-900) },
      false,
    ],
    [
      'of an engine that does not say since when it is up',
      endedAt(5),
      UNLESS_STOPPED,
      { ...WATCHED, upSince: null },
      true,
    ],
    ['of such an engine, unwatched', endedAt(5), UNLESS_STOPPED, { ...UNWATCHED, upSince: null }, false],
    ['always', endedAt(5, { restartPolicy: ALWAYS }), ALWAYS, WATCHED, true],
    ['on failure, after one', endedAt(5, { restartPolicy: ON_FAILURE, exitCode: 137 }), ON_FAILURE, WATCHED, true],
    ['on failure, after none', endedAt(5, { restartPolicy: ON_FAILURE }), ON_FAILURE, WATCHED, false],
    ['whose release has no restart policy', endedAt(5), NO_RESTART, WATCHED, false],
    [
      'whose restart policy was turned off since',
      endedAt(5, { restartPolicy: NO_RESTART }),
      UNLESS_STOPPED,
      WATCHED,
      false,
    ],
    ['that is up', anInstance(), UNLESS_STOPPED, WATCHED, false],
    ['that was never started', anInstance({ state: 'created' }), UNLESS_STOPPED, WATCHED, false],
    ['that is being removed', endedAt(5, { state: 'removing' }), UNLESS_STOPPED, WATCHED, false],
  ])('%s', (_what, instance, policy, absence, isStarted) => {
    expect(reasonToStart(instance, policy, absence, null) !== null).toBe(isStarted);
  });

  it('also where the engine has tried and failed', () => {
    const failed = endedAt(-3_600, { error: 'port is already allocated' });
    expect(reasonToStart(failed, UNLESS_STOPPED, UNWATCHED, null)).toContain('could not start it');
    expect(reasonToStart(failed, NO_RESTART, UNWATCHED, null)).toBeNull();
  });
});

describe('what an operation has stopped and could not start again', () => {
  const operation = (change: Partial<Operation>) =>
    ({
      kind: 'upgrade',
      state: 'needs-attention',
      facts: { stoppedAtMs: at(-100).getTime() },
      endedAt: at(-50),
      ...change,
    }) as Operation;

  it('is started, whatever its restart policy', () => {
    const reason = reasonToStart(endedAt(-99), NO_RESTART, WATCHED, operation({}));
    expect(reason).toBe('the upgrade that had stopped it could not start it again');
  });

  it.each<[string, Instance, Operation]>([
    ['the operation went well', endedAt(-99), operation({ state: 'rolled-back' })],
    ['it stopped nothing', endedAt(-99), operation({ facts: {} })],
    ['somebody has stopped it since', endedAt(-20), operation({})],
  ])('unless %s', (_what, instance, last) => {
    expect(reasonToStart(instance, NO_RESTART, WATCHED, last)).toBeNull();
  });
});

describe('what was killed while an operation ran whose daemon was lost', () => {
  const cutOff = (change: Partial<Operation> = {}) =>
    ({
      ...{ kind: 'upgrade', state: 'failed', facts: {}, recoveries: 1 },
      ...{ startedAt: at(-4_000), endedAt: at(-3_000), ...change },
    }) as Operation;
  const killed = (change: Partial<Instance> = {}) => endedAt(-3_600, { exitCode: 137, ...change });

  it('is started, because nobody else knows that the engine took it along', () => {
    expect(reasonToStart(killed(), UNLESS_STOPPED, UNWATCHED, cutOff())).toBe(
      'it went down during the upgrade that was cut off',
    );
  });

  it.each<[string, Instance, Operation]>([
    ['the daemon lived on', killed(), cutOff({ recoveries: 0 })],
    ['it ended by itself', killed({ exitCode: 0 }), cutOff()],
    ['it was killed before', killed(), cutOff({ startedAt: at(-3_500) })],
    ['the operation has stopped it', killed(), cutOff({ facts: { stoppedAtMs: at(-3_600).getTime() } })],
  ])('unless %s', (_what, instance, last) => {
    expect(reasonToStart(instance, UNLESS_STOPPED, UNWATCHED, last)).toBeNull();
  });

  it('and never where its policy does not ask for it', () => {
    expect(reasonToStart(killed(), NO_RESTART, UNWATCHED, cutOff())).toBeNull();
  });
});

it.each<[string, Partial<Instance>, Absence, boolean]>([
  ['the engine starts it when it comes up', { startedAt: at(9.5) }, WATCHED, true],
  ['likewise, unseen', { startedAt: at(9.5) }, UNWATCHED, true],
  ['it has no restart policy: a person did', { startedAt: at(9.5), restartPolicy: NO_RESTART }, WATCHED, false],
  ['it was started long after', { startedAt: at(300) }, UNWATCHED, false],
  ['it has run all the time', { startedAt: at(-300) }, WATCHED, false],
  ['it is off', { state: 'exited', startedAt: at(9.5) }, WATCHED, false],
])('a release that was left came up with the engine: %s', (_what, change, absence, expected) => {
  expect(wasRevived(absence, anInstance(change))).toBe(expected);
});
