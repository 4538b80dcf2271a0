import { afterEach, beforeEach, expect, test } from 'vitest';
import { newOperationId } from '../../src/domain/ids.ts';
import type { Release } from '../../src/domain/release.ts';
import { rollbackCandidate } from '../../src/sequences/candidate.ts';
import { rollbackTarget } from '../../src/sequences/rollback-target.ts';
import { ScriptedWorld } from '../support/scripted-world.ts';
import { aRelease, aSlot } from '../support/specimens.ts';

let script: ScriptedWorld;
let first: Release;
beforeEach(() => {
  script = new ScriptedWorld();
  const slot = aSlot();
  first = aRelease({ version: '1.0', slot: slot.id });
  script.journal.adopt(first, slot, []);
});
afterEach(() => script.close());

const at = new Date();
const active = (): Release => script.journal.release(script.journal.appliance('acme')?.active ?? '') as Release;

function takeOver(
  kind: 'upgrade' | 'rollback',
  to: Release,
  slot = kind === 'upgrade' ? aSlot({ id: to.slot, state: 'preparing' }) : null,
) {
  const id = newOperationId();
  script.journal.begin({ id, kind, appliance: 'acme', from: active().id, by: 'admin', steps: [], to, slot }, at);
  script.journal.commit(id, 'commit', at);
  script.journal.finish(id, 'succeeded', null, at);
  return to;
}
const upgradeTo = (version: string) =>
  takeOver('upgrade', aRelease({ version, status: 'candidate', origin: 'upgrade', previous: active().id }));
const rollBackTo = (target: Release) =>
  takeOver('rollback', rollbackCandidate(active(), target, { by: 'admin', at }).release);

test('the one before the active one', () => {
  upgradeTo('2.0');
  expect(rollbackTarget(script.journal, active()).id).toBe(first.id);
});

test('after a rollback: what was before the release gone back to, never the one that was left', () => {
  const second = upgradeTo('2.0');
  upgradeTo('3.0');
  rollBackTo(second);
  expect(rollbackTarget(script.journal, active()).id).toBe(first.id);
});

test('with nothing before it, the way forward is named', () => {
  const second = upgradeTo('2.0');
  rollBackTo(first);
  expect(() => rollbackTarget(script.journal, active())).toThrow('There is no release before 1.0.');
  try {
    rollbackTarget(script.journal, active());
  } catch (error) {
    expect((error as { hint: string }).hint).toBe(`To go forward again: rollback system to ${second.id}`);
  }
});

test('by name, in any case of letters', () => {
  const second = upgradeTo('2.0');
  rollBackTo(first);
  expect(rollbackTarget(script.journal, active(), second.id.toLowerCase()).id).toBe(second.id);
});

test('what runs now is refused, also by the name of the release that it is a copy of', () => {
  upgradeTo('2.0');
  rollBackTo(first);
  expect(() => rollbackTarget(script.journal, active(), active().id)).toThrow('is what runs now');
  expect(() => rollbackTarget(script.journal, active(), first.id)).toThrow('is what runs now');
});

test('a release that failed, is unknown, or belongs to another appliance is refused', () => {
  const id = newOperationId();
  const failed = aRelease({ version: '2.1', status: 'candidate', previous: first.id });
  script.journal.begin(
    { id, kind: 'upgrade', appliance: 'acme', from: first.id, by: 'admin', steps: [], to: failed, slot: null },
    at,
  );
  script.journal.finish(id, 'rolled-back', 'it crashed', at);
  expect(() => rollbackTarget(script.journal, active(), failed.id)).toThrow('never took over');
  expect(() => rollbackTarget(script.journal, active(), 'RZZZZZZZZZZ')).toThrow('acme has no release RZZZZZZZZZZ.');
});
