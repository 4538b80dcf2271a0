import { expect, it } from 'vitest';
import { gateDeadline, quietMs } from '../../src/domain/gate-deadline.ts';
import { DEFAULT_GATE } from '../../src/domain/service-spec.ts';

const rules = { ...DEFAULT_GATE, deadlineMs: 300, limitMs: 1_000 };
const at = (movedMs: number, extendedMs = 0) => gateDeadline(rules, { beganMs: 50, movedMs, extendedMs });

it('is the deadline where nothing moves', () => expect(at(50)).toEqual({ dueMs: 350, lastMs: 1_050 }));

it('begins anew with every sign of progress', () => expect(at(500).dueMs).toBe(800));

it('never grows beyond the limit', () => expect(at(900)).toEqual({ dueMs: 1_050, lastMs: 1_050 }));

it('and its limit are moved by what an administrator adds', () => {
  expect(at(50, 600)).toEqual({ dueMs: 950, lastMs: 1_650 });
  expect(at(1_000, 600)).toEqual({ dueMs: 1_650, lastMs: 1_650 });
});

it('a bad verdict is believed sooner where the deadline is short', () => {
  expect(quietMs(DEFAULT_GATE)).toBe(30_000);
  expect(quietMs({ ...DEFAULT_GATE, deadlineMs: 15_000 })).toBe(7_500);
});
