import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { viewOperation } from '../../../src/api/server/operation-view.ts';
import { newOperationId } from '../../../src/domain/ids.ts';
import type { EntryPhase, Operation } from '../../../src/domain/operation.ts';
import { SqliteJournal } from '../../../src/journal/sqlite-journal.ts';
import { aRelease, aSlot } from '../../support/specimens.ts';

let directory: string;
let journal: SqliteJournal;
const second = (count: number): Date => new Date(Date.UTC(2026, 10, 21, 2, 5, count));

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'belay-view-'));
  journal = new SqliteJournal(join(directory, 'journal.db'));
});
afterEach(() => {
  journal.close();
  rmSync(directory, { recursive: true });
});

test('a step that was taken back tells both times: when it was done, and when that was undone', () => {
  const slot = aSlot();
  const from = aRelease({ slot: slot.id });
  journal.adopt(from, slot, [{ release: from.id, service: 'server', containerId: 'c1' }]);
  const newSlot = aSlot({ state: 'preparing', clonedFrom: slot.id });
  const to = aRelease({ version: '2.0', status: 'candidate', slot: newSlot.id, previous: from.id });
  const steps = [
    { name: 'stop', title: 'Turn off 1.0' },
    { name: 'gate', title: 'Prove that it works' },
  ];
  const { id } = journal.begin(
    { id: newOperationId(), kind: 'upgrade', appliance: 'acme', from: from.id, by: 'admin', steps, to, slot: newSlot },
    second(0),
  );
  const record = (step: string, phase: EntryPhase, at: number) =>
    journal.record({ operation: id, step, phase, at: second(at) });
  record('stop', 'intent', 1);
  record('stop', 'done', 3);
  record('gate', 'intent', 3);
  record('gate', 'failed', 8);
  const bootTime = () => ({ bootId: 'boot', sinceBootMs: 0 });
  const clock = { now: () => second(20), monotonicMs: () => 0, bootTime, sleep: async () => {} };
  const nothing = { fraction: null, doneBytes: null, totalBytes: null, detail: null };
  const view = () => viewOperation({ journal, clock }, journal.operation(id) as Operation, () => nothing).steps[0];
  expect(view()).toMatchObject({ status: 'done', takenBackAt: null });
  record('stop', 'revert-intent', 9);
  record('stop', 'reverted', 11);
  expect(view()).toMatchObject({
    status: 'reverted',
    startedAt: second(1).toISOString(),
    endedAt: second(3).toISOString(),
    takenBackAt: second(11).toISOString(),
  });
});
