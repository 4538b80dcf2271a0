import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { PackProgress } from '../../../src/domain/ports/archive-store.ts';
import { createArchiveStore } from '../../../src/slots/archive/archive-store.ts';
import { aRelease } from '../../support/specimens.ts';
import { slotOf } from './archived.ts';

const SIZE_BYTES = 8 << 20;

test('of one large file it is told how far it is, in each pass over it', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'belay-progress-'));
  try {
    mkdirSync(join(directory, 'data'));
    writeFileSync(join(directory, 'data', 'ibdata1'), Buffer.alloc(SIZE_BYTES, 'not sparse '));
    const store = createArchiveStore(join(directory, 'archives'));
    const { signal } = new AbortController();
    const told: PackProgress[] = [];
    const onProgress = (progress: PackProgress) => void told.push(progress);
    const file = join(directory, 'acme.belay');
    await store.pack(await slotOf(join(directory, 'data')), aRelease(), file, onProgress, signal);
    await store.import(file, join(directory, 'copy'), 1 << 30, onProgress, signal);
    for (const phase of ['writing', 'verifying', 'reading']) {
      const done = told.filter((each) => each.phase === phase).map(({ doneBytes }) => doneBytes);
      expect(done.some((bytes) => bytes > 0 && bytes < SIZE_BYTES)).toBe(true);
      expect(done).toEqual(done.toSorted((a, b) => a - b));
      expect(done.at(-1)).toBe(SIZE_BYTES);
    }
  } finally {
    await rm(directory, { recursive: true });
  }
});
