import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newOperationId } from '../../src/domain/ids.ts';
import type { OperationKind } from '../../src/domain/operation.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import { MIGRATIONS } from '../../src/journal/schema.ts';
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

function adopted() {
  const slot = aSlot();
  const release = aRelease({ slot: slot.id });
  journal.adopt(release, slot, [{ release: release.id, service: 'server', containerId: 'c1' }]);
  return { slot, release };
}

function begun(kind: OperationKind = 'upgrade') {
  const { slot, release } = adopted();
  const newSlot = aSlot({ state: 'preparing', clonedFrom: slot.id });
  const to = aRelease({ version: '2.0', status: 'candidate', slot: newSlot.id, previous: release.id });
  const operation = journal.begin(
    { id: newOperationId(), kind, appliance: 'acme', from: release.id, by: 'admin', steps: [], to, slot: newSlot },
    at,
  );
  return { operation, from: release, to, fromSlot: slot, toSlot: newSlot };
}

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'none';
};

describe('what is written is read back the same', () => {
  test('images that were brought: what came last of a version counts', () => {
    const image = {
      repository: 'vendor.example/acme/server',
      tag: '2.0',
      digest: 'sha256:1',
      imageId: 'sha256:2',
      bundle: '/media/usb/acme.bundle',
      mirror: null,
      by: 'admin',
      at,
    };
    const newer = { ...image, bundle: null, mirror: 'registry.site:5000/acme/server', digest: 'sha256:3' };
    journal.images.keep([image, { ...image, tag: '1.0' }]);
    journal.images.keep([newer]);
    expect(journal.images.find(image.repository, '2.0')).toEqual(newer);
    expect(journal.images.find(image.repository, '3.0')).toBeNull();
    expect(journal.images.all(image.repository).map(({ tag }) => tag)).toEqual(['1.0', '2.0']);
  });

  test('an adopted appliance with its release, slot and instance', () => {
    const { release, slot } = adopted();
    expect(journal.appliances()).toEqual([
      { name: 'acme', active: release.id, createdAt: release.createdAt, policy: DEFAULT_POLICY },
    ]);
    expect(journal.release(release.id)).toEqual(release);
    expect(journal.slot(slot.id)).toEqual(slot);
    expect(journal.instances(release.id)).toEqual([{ release: release.id, service: 'server', containerId: 'c1' }]);
  });

  test('the policy of an appliance', () => {
    adopted();
    journal.setPolicy('acme', { ...DEFAULT_POLICY, retention: { instant: 1 } });
    expect(journal.appliance('acme')?.policy).toEqual({ ...DEFAULT_POLICY, retention: { instant: 1 } });
  });

  test('what the first schema held, after every migration since', () => {
    const { slot, release } = adopted();
    const oldPath = join(directory, 'old.db');
    const old = new DatabaseSync(oldPath);
    old.exec(`${MIGRATIONS[0]}; PRAGMA application_id = 0x42454c59; PRAGMA user_version = 1`);
    old.exec(`ATTACH '${path}' AS current;
      INSERT INTO main.appliance SELECT name, active, created_at FROM current.appliance;
      INSERT INTO main.slot SELECT id, appliance, mounts, state, cloned_from, created_at, frozen_at FROM current.slot;
      INSERT INTO main.release SELECT sequence_number, id, appliance, version, services, slot, status, origin, copy_of,
        previous, by, created_at FROM current.release`);
    old.close();
    const migrated = new SqliteJournal(oldPath);
    expect(migrated.slot(slot.id)).toEqual(slot);
    expect(migrated.release(release.id)).toEqual(release);
    expect(migrated.appliance('acme')?.policy).toEqual(DEFAULT_POLICY);
    migrated.close();
  });

  test('what a later release has only added to, and what that release writes then', () => {
    const { release } = adopted();
    journal.close();
    const later = new DatabaseSync(path);
    const known = MIGRATIONS.length;
    later.exec(`CREATE TABLE later (a TEXT); ALTER TABLE appliance ADD COLUMN later TEXT NOT NULL DEFAULT 'x';
      PRAGMA user_version = ${known + 2}; UPDATE compatibility SET must_be_known = ${known}`);
    later.close();
    journal = new SqliteJournal(path);
    expect(journal.release(release.id)).toEqual(release);
    journal.setPolicy('acme', DEFAULT_POLICY);
    expect(journal.formatNeeded).toBe(known);
    journal.close();
    const again = new DatabaseSync(path);
    expect(again.prepare('PRAGMA user_version').get()).toEqual({ user_version: known + 2 });
    again.close();
    journal = new SqliteJournal(path);
  });

  test('by another process after a kill: everything that was acknowledged', () => {
    const { operation } = begun();
    journal.record({ operation: operation.id, step: 'pull', phase: 'intent', at });
    journal.learn(operation.id, { stoppedAtMs: 17 });
    const second = new SqliteJournal(path);
    expect(second.entries(operation.id)).toMatchObject([{ step: 'pull', phase: 'intent', message: null }]);
    expect(second.operation(operation.id)?.facts).toEqual({ stoppedAtMs: 17 });
    second.close();
  });

  test('facts are merged, not replaced', () => {
    const { operation } = begun();
    journal.learn(operation.id, { stoppedAtMs: 1 });
    journal.learn(operation.id, { downtimeMs: 2 });
    expect(journal.operation(operation.id)?.facts).toEqual({ stoppedAtMs: 1, downtimeMs: 2 });
  });
});

describe('one operation at a time', () => {
  test('the second is told who holds the appliance, and leaves no trace', () => {
    const { operation, from } = begun();
    const other = aRelease({ status: 'candidate' });
    const request = {
      id: newOperationId(),
      kind: 'rollback' as const,
      appliance: 'acme',
      from: from.id,
      by: 'eve',
      steps: [],
    };
    expect(() => journal.begin({ ...request, to: other, slot: null }, at)).toThrow(
      `acme is held by upgrade ${operation.id}, started by admin at 02:05:00 UTC.`,
    );
    expect(journal.release(other.id)).toBeNull();
  });

  test('an operation that was planned from a release which is not active any more', () => {
    const { operation, from, to } = begun();
    journal.commit(operation.id, 'commit', at);
    journal.finish(operation.id, 'succeeded', null, at);
    const late = {
      id: newOperationId(),
      kind: 'upgrade' as const,
      appliance: 'acme',
      by: 'admin',
      steps: [],
      slot: null,
    };
    const next = aRelease({ version: '3.0', status: 'candidate', slot: to.slot, previous: from.id });
    expect(codeOf(() => journal.begin({ ...late, from: from.id, to: next }, at))).toBe('busy');
    expect(journal.unfinished()).toEqual([]);
    expect(journal.begin({ ...late, from: to.id, to: next }, at).state).toBe('running');
  });

  test('an appliance is adopted once', () => {
    adopted();
    expect(codeOf(() => adopted())).toBe('refused');
  });
});

describe('the take-over is one transaction', () => {
  test('an upgrade supersedes, freezes and activates at once', () => {
    const { operation, from, to, fromSlot, toSlot } = begun();
    expect(journal.releases('acme').map(({ id }) => id)).toEqual([from.id]);
    journal.commit(operation.id, 'commit', at);
    expect(journal.appliance('acme')?.active).toBe(to.id);
    expect(journal.release(from.id)?.status).toBe('superseded');
    expect(journal.release(to.id)?.status).toBe('active');
    expect(journal.slot(fromSlot.id)).toMatchObject({ state: 'frozen', frozenAt: at });
    expect(journal.slot(toSlot.id)).toMatchObject({ state: 'live', frozenAt: null });
    expect(journal.entries(operation.id).at(-1)).toMatchObject({ step: 'commit', phase: 'done' });
  });

  test('a rollback marks what it left', () => {
    const { operation, from } = begun('rollback');
    journal.commit(operation.id, 'commit', at);
    expect(journal.release(from.id)?.status).toBe('rolled-back');
  });

  test('a candidate that was not committed ends as failed, and is listed', () => {
    const { operation, to, from } = begun();
    journal.finish(operation.id, 'rolled-back', 'it crashed', at);
    expect(journal.release(to.id)?.status).toBe('failed');
    expect(journal.appliance('acme')?.active).toBe(from.id);
    expect(journal.unfinished()).toEqual([]);
    expect(journal.operation(operation.id)).toMatchObject({ state: 'rolled-back', reason: 'it crashed', endedAt: at });
  });
});

describe('a slot that was to be cloned', () => {
  test('is gone with an operation that went back, also where it had not been begun', () => {
    const { operation, toSlot } = begun();
    journal.finish(operation.id, 'failed', 'no registry', at);
    expect(journal.slot(toSlot.id)?.state).toBe('discarded');
  });

  test('stays known where it may still be there', () => {
    const { operation, toSlot } = begun();
    journal.finish(operation.id, 'needs-attention', 'it cannot be deleted', at);
    expect(journal.slot(toSlot.id)?.state).toBe('preparing');
  });
});

describe('a file that is no journal is refused and left alone', () => {
  beforeEach(() => journal.close());
  afterEach(() => {
    rmSync(directory, { recursive: true });
    directory = mkdtempSync(join(tmpdir(), 'belay-journal-'));
    journal = new SqliteJournal(join(directory, 'journal.db'));
  });

  test.each([
    ['empty', () => truncateSync(path, 0)],
    ['overwritten', () => writeFileSync(path, 'x'.repeat(8192))],
    [
      'of another program',
      () => {
        rmSync(path);
        const other = new DatabaseSync(path);
        other.exec('CREATE TABLE t (a)');
        other.close();
      },
    ],
    [
      'of a later release',
      () => {
        const later = new DatabaseSync(path);
        later.exec('PRAGMA user_version = 999; UPDATE compatibility SET must_be_known = 999');
        later.close();
      },
    ],
    [
      'with flipped bytes',
      () => {
        const bytes = readFileSync(path);
        bytes.fill(0xff, 4096, bytes.length);
        writeFileSync(path, bytes);
      },
    ],
    ['gone, where one has been', () => rmSync(path)],
  ])('%s', (_, damage) => {
    damage();
    rmSync(`${path}-wal`, { force: true });
    const before = sizeOrNull(path);
    expect(codeOf(() => new SqliteJournal(path))).toBe('journal-unusable');
    expect(sizeOrNull(path)).toBe(before);
  });
});

function sizeOrNull(file: string): number | null {
  try {
    return readFileSync(file).length;
  } catch {
    return null;
  }
}
