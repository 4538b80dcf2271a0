import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newOperationId } from '../../src/domain/ids.ts';
import type { Release } from '../../src/domain/release.ts';
import { SqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { slotsToArchive } from '../../src/sequences/retention.ts';
import { aRelease, aSlot } from '../support/specimens.ts';

const mounts = [
  { key: 'volume:data', kind: 'volume' as const, volume: 'data', path: '/d', parkedPath: null, identity: null },
];
let directory: string;
let journal: SqliteJournal;
let active: Release;
let minute = 0;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'belay-retention-'));
  journal = new SqliteJournal(join(directory, 'journal.db'));
  const slot = aSlot({ mounts });
  active = aRelease({ slot: slot.id });
  journal.adopt(active, slot, []);
});
afterEach(() => {
  journal.close();
  rmSync(directory, { recursive: true });
});

const at = () => new Date(Date.UTC(2026, 10, 21, 2, minute++));

/** Takes over to a new version, or back to the slot of an earlier release. */
function moveTo(version: string, back?: Release): Release {
  const slot = back ? null : aSlot({ mounts, state: 'preparing' });
  const change = { version, status: 'candidate' as const, previous: back ? back.previous : active.id };
  const to = aRelease({ ...change, slot: slot?.id ?? (back as Release).slot, copyOf: back?.id ?? null });
  const id = newOperationId();
  const kind = back ? ('rollback' as const) : ('upgrade' as const);
  journal.begin({ id, kind, appliance: 'acme', from: active.id, by: 'admin', steps: [], to, slot }, at());
  journal.commit(id, 'commit', at());
  journal.finish(id, 'succeeded', null, at());
  active = journal.release(to.id) as Release;
  return active;
}

const due = (instant: number) =>
  slotsToArchive(journal, active, instant).map(
    ({ id }) => journal.releases('acme').find(({ slot }) => slot === id)?.version,
  );

test('all but the last three that were left, the oldest first', () => {
  for (const version of ['2.0', '3.0', '4.0']) moveTo(version);
  expect(due(3)).toEqual([]);
  moveTo('5.0');
  moveTo('6.0');
  expect(due(3)).toEqual(['1.0', '2.0']);
});

test('never the one that rollback system goes back to, however long ago it was left', () => {
  const second = moveTo('2.0');
  for (const version of ['3.0', '4.0', '5.0']) moveTo(version);
  moveTo('2.0', second);
  expect(due(3)).toEqual(['3.0']);
  expect(due(1)).toEqual(['3.0', '4.0', '5.0']);
  expect(due(0)).toEqual(['3.0', '4.0', '5.0']);
});
