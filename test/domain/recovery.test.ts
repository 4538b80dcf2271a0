import { expect, test } from 'vitest';
import type { EntryPhase, JournalEntry } from '../../src/domain/operation.ts';
import { decideRecovery, RECOVERY_TABLE } from '../../src/domain/recovery.ts';
import { change } from '../../src/sequences/change.ts';
import { install } from '../../src/sequences/install.ts';
import { move } from '../../src/sequences/move.ts';
import { promotion } from '../../src/sequences/promotion.ts';
import { rehearsal } from '../../src/sequences/rehearsal.ts';
import { repair } from '../../src/sequences/repair.ts';
import { restore } from '../../src/sequences/restore.ts';
import { rollback } from '../../src/sequences/rollback.ts';
import { upgrade } from '../../src/sequences/upgrade.ts';

const entry = (step: string, phase: EntryPhase): JournalEntry => ({
  sequenceNumber: 1,
  operation: 'O',
  step,
  phase,
  at: new Date(),
  message: null,
});

test.each([upgrade, rollback, restore, repair, install, move, rehearsal, promotion, change])(
  'the table has a row for every step of $kind, and no other',
  ({ kind, steps }) => {
    expect(Object.keys(RECOVERY_TABLE[kind]).sort()).toEqual(steps.map(({ name }) => name).sort());
  },
);

test.each([upgrade, rollback, restore, repair, install, move, rehearsal, promotion, change])(
  'the table agrees with where $kind goes forward',
  ({ kind, steps, forwardFrom }) => {
    const forwardIndex = steps.findIndex(({ name }) => name === forwardFrom);
    for (const [index, { name }] of steps.entries()) {
      const decision = decideRecovery(kind, [entry(name, 'intent')]);
      expect(`${name}: ${decision}`).toBe(`${name}: ${index >= forwardIndex ? 'go-forward' : 'go-back'}`);
    }
  },
);

test('an upgrade whose transaction is on disk goes forward', () => {
  expect(decideRecovery('upgrade', [entry('commit', 'done')])).toBe('go-forward');
});

test('what had begun to go back goes on going back', () => {
  for (const phase of ['revert-intent', 'reverted', 'revert-failed'] as const) {
    expect(decideRecovery('upgrade', [entry('stop', phase)])).toBe('go-back');
  }
});

test('an operation without an entry goes back: nothing has been done', () => {
  expect(decideRecovery('rollback', [])).toBe('go-back');
});
