import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newOperationId } from '../../src/domain/ids.ts';
import { SqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { aRelease, aSlot } from '../support/specimens.ts';

let directory: string;
let path: string;
let journal: SqliteJournal;
const at = new Date('2026-11-21T02:05:00Z');

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'belay-journal-'));
  path = join(directory, 'journal.db');
  journal = new SqliteJournal(path);
});
afterEach(() => {
  journal.close();
  rmSync(directory, { recursive: true });
});

/** An appliance that was upgraded to each of these versions in turn; the releases, oldest first. */
function upgraded(appliance: string, versions: readonly string[]) {
  const slot = aSlot({ appliance });
  let from = aRelease({ appliance, slot: slot.id, version: 'first' });
  journal.adopt(from, slot, []);
  const releases = [from];
  for (const version of versions) {
    const own = aSlot({ appliance, state: 'preparing' });
    const to = aRelease({ appliance, version, status: 'candidate', slot: own.id, previous: from.id });
    const id = newOperationId();
    journal.begin({ id, kind: 'upgrade', appliance, from: from.id, by: 'admin', steps: [], to, slot: own }, at);
    if (version !== 'bad') journal.commit(id, 'commit', at);
    journal.finish(id, version === 'bad' ? 'rolled-back' : 'succeeded', null, at);
    releases.push(to);
    if (version !== 'bad') from = to;
  }
  return releases;
}

describe('the history of an appliance', () => {
  test('comes page by page, newest first, and each release once', () => {
    const acme = upgraded('acme', ['1', '2', '3', '4', '5', '6']);
    upgraded('other', ['1', '2']);
    const ids = acme.map(({ id }) => id).reverse();
    const read: string[] = [];
    for (;;) {
      const page = journal.history.page('acme', { limit: 3, before: read.at(-1) });
      read.push(...page.map(({ id }) => id));
      if (page.length < 3) break;
    }
    expect(read).toEqual(ids);
    expect(journal.history.page('acme', { limit: 3, before: 'RNOTHEREATALL' })).toEqual([]);
  });

  test('a page that is read while a release is added neither repeats nor skips one', () => {
    const acme = upgraded('acme', ['1', '2', '3']);
    const first = journal.history.page('acme', { limit: 2 });
    const newer = aSlot({ state: 'preparing' });
    const to = aRelease({ version: '4', status: 'candidate', slot: newer.id });
    const from = acme.at(-1)?.id as string;
    const id = newOperationId();
    journal.begin({ id, kind: 'upgrade', appliance: 'acme', from, by: 'a', steps: [], to, slot: newer }, at);
    journal.commit(id, 'commit', at);
    const second = journal.history.page('acme', { limit: 2, before: first.at(-1)?.id });
    expect([...first, ...second].map(({ version }) => version)).toEqual(['3', '2', '1', 'first']);
  });

  test('the names are those of the releases, without candidates', () => {
    const acme = upgraded('acme', ['1', 'bad', '2']);
    expect(journal.history.names('acme', 10).map(({ id, version, status }) => [id, version, status])).toEqual([
      [acme[3]?.id, '2', 'active'],
      [acme[2]?.id, 'bad', 'failed'],
      [acme[1]?.id, '1', 'superseded'],
      [acme[0]?.id, 'first', 'superseded'],
    ]);
    expect(journal.history.names('acme', 2)).toHaveLength(2);
    expect(journal.history.names('acme', 1)[0]?.createdAt).toEqual(acme[3]?.createdAt);
  });

  test('what was left and still has its slot, and what is on one slot', () => {
    const [first, one, bad, two] = upgraded('acme', ['1', 'bad', '2']);
    expect(journal.history.left('acme', 10).map(({ id }) => id)).toEqual([one?.id, first?.id]);
    journal.snapshots.discarded(one?.slot as string);
    expect(journal.history.left('acme', 10).map(({ id }) => id)).toEqual([first?.id]);
    expect(journal.history.onSlot(bad?.slot as string).map(({ id }) => id)).toEqual([bad?.id]);
    expect(journal.history.onSlot(two?.slot as string).map(({ id }) => id)).toEqual([two?.id]);
  });

  test('the ways back: the newest release of each version whose data is there', () => {
    const [, one, two, again] = upgraded('acme', ['1', '2', '1', 'bad', '3']);
    expect(journal.history.waysBack('acme')).toEqual([
      { release: again?.id, version: '1', data: 'slot' },
      { release: two?.id, version: '2', data: 'slot' },
      { release: expect.any(String), version: 'first', data: 'slot' },
    ]);
    const archive = {
      path: '/a',
      sha256: '',
      sizeBytes: 1,
      dataBytes: 1,
      files: 1,
      format: 'belay',
      prefix: '',
    } as const;
    journal.snapshots.archived(two?.slot as string, archive);
    journal.snapshots.discarded(again?.slot as string);
    expect(journal.history.waysBack('acme').slice(0, 2)).toEqual([
      { release: one?.id, version: '1', data: 'slot' },
      { release: two?.id, version: '2', data: 'archive' },
    ]);
  });

  test('the last note about a release counts, and an empty one is none', () => {
    const [first, other] = upgraded('acme', ['1']).map(({ id }) => id) as [string, string];
    expect(journal.history.note(first)).toBeNull();
    journal.history.keepNote(first, { text: 'one', by: 'admin', at });
    journal.history.keepNote(first, { text: 'two', by: 'eve', at });
    expect(journal.history.note(first)).toEqual({ text: 'two', by: 'eve', at });
    expect(journal.history.note(other)).toBeNull();
    journal.history.keepNote(first, { text: '', by: 'admin', at });
    expect(journal.history.note(first)).toBeNull();
  });

  test('however long it is, no question about it reads all of it', () => {
    upgraded('acme', ['1']);
    journal.close();
    const database = new DatabaseSync(path, { readOnly: true });
    const planOf = (sql: string) =>
      database
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all(...Array.from(sql.matchAll(/\?/g), () => 'x'))
        .map(({ detail }) => String(detail));
    const listed = "release WHERE appliance = ? AND status <> 'candidate'";
    const plans = [
      `SELECT * FROM ${listed} ORDER BY sequence_number DESC LIMIT 20`,
      `SELECT * FROM ${listed} AND sequence_number < (SELECT sequence_number FROM release WHERE id = ?)
       ORDER BY sequence_number DESC LIMIT 20`,
      `SELECT id, version, status, created_at FROM ${listed} ORDER BY sequence_number DESC LIMIT 9`,
      "SELECT * FROM release WHERE slot = ? AND status <> 'candidate' ORDER BY sequence_number DESC",
      'SELECT * FROM operation WHERE appliance = ? ORDER BY sequence_number DESC LIMIT 1',
      `SELECT * FROM operation WHERE appliance = ? AND json_extract(facts, '$.disproved') IS NOT NULL
       ORDER BY sequence_number DESC`,
    ].map(planOf);
    database.close();
    for (const plan of plans) {
      expect(plan.join('; ')).not.toMatch(/\bSCAN\b|TEMP B-TREE/);
      expect(plan.join('; ')).toMatch(/USING (COVERING )?INDEX/);
    }
    expect(plans[2]?.[0]).toContain('COVERING INDEX release_history');
    expect(plans.at(-1)?.[0]).toContain('disproving_operation');
    journal = new SqliteJournal(path);
  });
});
