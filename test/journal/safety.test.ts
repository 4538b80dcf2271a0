import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BelayError } from '../../src/domain/errors.ts';
import { newOperationId } from '../../src/domain/ids.ts';
import { listCopies } from '../../src/journal/copies.ts';
import { mayPass, troubleOf } from '../../src/journal/failures.ts';
import { chooseCopy, putBackWhereUnreadable, restoreCopy } from '../../src/journal/restore.ts';
import { SqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.ts';
import { aRelease, aSlot } from '../support/specimens.ts';

const at = new Date('2026-11-21T02:05:00Z');
let directory: string;
let path: string;
const opened: SqliteJournal[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'belay-safety-'));
  path = join(directory, 'journal.db');
});
afterEach(() => {
  closeAll();
  rmSync(directory, { recursive: true, force: true });
});

function closeAll(): void {
  for (const journal of opened.splice(0)) {
    try {
      journal.close();
    } catch {
      // A test has closed it.
    }
  }
}

function open(at = path): SqliteJournal {
  const journal = new SqliteJournal(at);
  opened.push(journal);
  return journal;
}

function adopted(journal: SqliteJournal, name = 'acme') {
  const slot = aSlot({ appliance: name });
  const release = aRelease({ slot: slot.id, appliance: name });
  journal.adopt(release, slot, []);
  return release;
}

function troubleIn(work: () => unknown): string | null {
  try {
    work();
  } catch (error) {
    return troubleOf(error) ?? String(error);
  }
  return null;
}

describe('a new journal', () => {
  test('is begun where there has never been one, and not where one has been', () => {
    open().close();
    expect(readdirSync(directory).sort()).toEqual(['journal.db', 'journal.db.made']);
    rmSync(path);
    expect(troubleIn(() => open())).toBe('lost');
    expect(readdirSync(directory)).toEqual(['journal.db.made']);
  });

  test.each(['journal.db-wal', 'journal-copies/copy-000001-20261121T020500Z.db'])('is not begun beside %s', (trace) => {
    mkdirSync(join(directory, 'journal-copies'));
    if (!trace.includes('/')) rmSync(join(directory, 'journal-copies'), { recursive: true });
    writeFileSync(join(directory, trace), 'x');
    expect(troubleIn(() => open())).toBe('lost');
  });

  test('is begun again where the first start was cut off before it had a name', () => {
    writeFileSync(`${path}.unfinished`, readFileSync(new URL(import.meta.url)));
    writeFileSync(`${path}.unfinished-journal`, '');
    expect(open().appliances()).toEqual([]);
    expect(readdirSync(directory)).not.toContain('journal.db.unfinished');
  });

  test('that was cut off before its mark was made is known as one by the next start', () => {
    adopted(open());
    opened[0]?.close();
    rmSync(`${path}.made`);
    expect(open().appliances()).toHaveLength(1);
    opened[1]?.close();
    rmSync(path);
    expect(troubleIn(() => open())).toBe('lost');
  });
});

describe('damage', () => {
  test('that a query meets stops all writing, and is not taken back by a query that works', () => {
    const journal = open();
    for (let n = 0; n < 200; n++) adopted(journal, `acme-${n}`);
    const other = new DatabaseSync(path);
    other.exec("UPDATE appliance SET policy = '{}' WHERE name = 'acme-0'"); // empties the first one's cache
    other.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    other.close();
    const file = openSync(path, 'r+');
    // The first pages, with the schema and the appliances' index, stay whole.
    writeSync(file, Buffer.alloc(readFileSync(path).length - 65_536, 0xa5), 0, null, 65_536);
    closeSync(file);
    const everything = () => Array.from({ length: 200 }, (_, n) => journal.releases(`acme-${n}`));
    expect(troubleIn(everything)).toBe('damaged');
    journal.unfinished(); // works
    expect(troubleIn(() => adopted(journal, 'later'))).toBe('damaged');
    expect(journal.problems().join()).toContain('The file is damaged');
    journal.close();
    expect(troubleIn(() => open())).toBe('damaged');
  });

  test('is told from a contradiction, and each is a sentence', () => {
    const journal = open();
    const release = adopted(journal);
    expect(journal.problems()).toEqual([]);
    const other = new DatabaseSync(path);
    other.exec("UPDATE appliance SET active = 'RXXXXXXXXXX'");
    other.exec('DELETE FROM slot');
    other.close();
    expect(journal.problems()).toEqual([
      'The active release RXXXXXXXXXX of acme is not in the journal.',
      `${release.id} is marked as active, and acme runs RXXXXXXXXXX.`,
      `The data (slot ${release.slot}) of the release ${release.id} is not in the journal.`,
    ]);
  });
});

describe('copies', () => {
  test('are read back, bounded, and known by their number and by what they know', async () => {
    const journal = open();
    for (let n = 0; n < 12; n++) {
      adopted(journal, `acme-${n}`);
      await journal.backup();
    }
    const copies = listCopies(path);
    expect(copies.map(({ number }) => number)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
    expect(copies[0]).toMatchObject({ problem: null, knows: { appliances: 12, releases: 12, operations: 0 } });
    expect(copies[9]?.knows?.appliances).toBe(3);
    expect(Date.now() - Date.parse(copies[0]?.takenAt ?? '')).toBeLessThan(60_000);
    expect(readdirSync(join(directory, 'journal-copies'))).toHaveLength(10);
  });

  test('of one moment follow each other', async () => {
    const journal = open();
    adopted(journal);
    await Promise.all([journal.backup(), journal.backup(), journal.backup()]);
    expect(listCopies(path).map(({ number, problem }) => [number, problem])).toEqual([
      [3, null],
      [2, null],
      [1, null],
    ]);
  });

  test('that are damaged are said to be so, and are not chosen', async () => {
    const journal = open();
    adopted(journal);
    await journal.backup();
    await journal.backup();
    truncateSync(listCopies(path)[0]?.path as string, 100);
    expect(listCopies(path)[0]?.problem).toContain('is damaged');
    expect(chooseCopy(path).number).toBe(1);
    expect(() => chooseCopy(path, 2)).toThrow('Copy 2 cannot be used');
    expect(() => chooseCopy(path, 7)).toThrow('There is no copy 7 of the journal.');
  });
});

describe('a restored copy', () => {
  test('takes the place of a damaged journal, which is kept with its log', async () => {
    const journal = open();
    const release = adopted(journal);
    await journal.backup();
    adopted(journal, 'later');
    writeFileSync(`${path}.kept-log`, readFileSync(`${path}-wal`));
    journal.close();
    renameSync(`${path}.kept-log`, `${path}-wal`);
    truncateSync(path, 0);
    expect(troubleIn(() => open())).toBe('empty');

    const setAside = restoreCopy(path, chooseCopy(path));
    expect(setAside).toBe(`${path}.broken-1`);
    expect(readdirSync(directory)).toEqual(expect.arrayContaining(['journal.db.broken-1', 'journal.db.broken-1-wal']));
    expect(open().release(release.id)).toEqual(release);
    expect(opened.at(-1)?.appliance('later')).toBeNull();
  });

  test('comes in the place of a journal that a later release has changed, and of no other', async () => {
    const journal = open();
    const release = adopted(journal);
    await journal.backup();
    journal.close();
    expect(putBackWhereUnreadable(path)).toBeNull();
    const later = new DatabaseSync(path);
    later.exec('PRAGMA user_version = 999; UPDATE compatibility SET must_be_known = 999');
    later.close();
    expect(troubleIn(() => open())).toBe('newer');
    expect(putBackWhereUnreadable(path)).toBe(`${path}.broken-1`);
    expect(open().release(release.id)).toEqual(release);
  });

  test('is finished where it was cut off after the journal had been set aside', async () => {
    const journal = open();
    adopted(journal);
    await journal.backup();
    journal.close();
    renameSync(path, `${path}.broken-1`);
    writeFileSync(`${path}.restored`, 'half a');
    expect(troubleIn(() => open())).toBe('lost');
    expect(restoreCopy(path, chooseCopy(path))).toBeNull();
    expect(open().appliances()).toHaveLength(1);
  });
});

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn('SKIPPED: journals on full and read-only disks need root, to mount a tmpfs');

describe.skipIf(!isRoot)('on a disk of its own', () => {
  let disk: SmallDisk;
  beforeEach(async () => {
    disk = await mountSmallDisk(2 << 20);
    path = join(disk.path, 'journal.db');
  });
  afterEach(async () => {
    closeAll();
    await disk.remove();
  });

  function begin(journal: SqliteJournal) {
    const from = adopted(journal);
    const to = aRelease({ status: 'candidate', slot: from.slot, previous: from.id });
    const request = { id: newOperationId(), kind: 'upgrade' as const, appliance: 'acme', by: 'admin', steps: [] };
    return journal.begin({ ...request, from: from.id, to, slot: null }, at);
  }

  test('that is read-only, it is read and refuses to be written, with the reason', async () => {
    const journal = open();
    const operation = begin(journal);
    journal.close();
    await disk.setReadOnly(true);
    let reason: unknown;
    try {
      open();
    } catch (error) {
      reason = error;
    }
    expect(mayPass(reason)).toBe(true);
    expect(troubleOf(reason)).toBe('read-only');
    const readable = new SqliteJournal(path, reason as never);
    opened.push(readable);
    expect(readable.operations('acme', 1)).toMatchObject([{ id: operation.id }]);
    expect(() => readable.finish(operation.id, 'failed', 'x', at)).toThrow(
      `The journal cannot be written: ${disk.path} is read-only.`,
    );
    expect(readdirSync(disk.path).sort()).toEqual(['journal.db', 'journal.db.made']);
    readable.close();
    await disk.setReadOnly(false);
    open().finish(operation.id, 'failed', 'x', at);
  });

  test.each([
    ['with its index', []],
    ['without its index', ['journal.db-shm']],
  ])('that is read-only, the log of a killed daemon is read as well, %s', async (_, missing) => {
    const source = new SqliteJournal(join(directory, 'journal.db'));
    opened.push(source);
    const operation = begin(source);
    // As a kill leaves it: the log has not been written back.
    for (const name of ['journal.db', 'journal.db-wal', 'journal.db-shm', 'journal.db.made']) {
      if (!missing.includes(name as never)) writeFileSync(join(disk.path, name), readFileSync(join(directory, name)));
    }
    await disk.setReadOnly(true);
    const reason = (() => {
      try {
        open();
      } catch (error) {
        return error;
      }
    })();
    const readable = new SqliteJournal(path, reason as never);
    opened.push(readable);
    expect(readable.operations('acme', 1)).toMatchObject([{ id: operation.id }]);
  });

  test('that is full, it says so, is read all the same, and goes on when there is room', () => {
    const journal = open();
    const operation = begin(journal);
    disk.fill();
    const record = () =>
      journal.record({ operation: operation.id, step: 'pull', phase: 'intent', at, message: 'x'.repeat(9_000) });
    const message = `The journal cannot be written: no space is left in ${disk.path}.`;
    expect(() => {
      for (let n = 0; n < 200; n++) record();
    }).toThrow(message);
    expect(journal.trouble?.message).toBe(message);
    expect(journal.operation(operation.id)?.state).toBe('running');
    disk.empty();
    journal.proveWritable();
    expect(journal.trouble).toBeNull();
    record();
  });

  test('that is full, it opens for reading', () => {
    const first = open();
    const { id } = begin(first);
    first.close();
    disk.fill();
    expect(troubleIn(() => open())).toBe('no-space');
    const readable = new SqliteJournal(path, new BelayError('journal-unusable', 'no space'));
    opened.push(readable);
    expect(readable.operations('acme', 1)).toMatchObject([{ id }]);
    expect(() => readable.finish(id, 'failed', 'x', at)).toThrow('no space');
  });
});
