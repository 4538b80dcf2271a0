import { copyFile, open, rename, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiFailure } from '../../support/belay.ts';
import type { Fault } from '../fault.ts';
import { FORWARD_ONLY } from '../places.ts';
import type { Stage } from '../stage.ts';

/** The daemon must not work on such a journal, must say what to do, and must leave it as it is. */
async function mustRefuse(stage: Stage, damage: (path: string) => Promise<void>): Promise<void> {
  const path = join(stage.belay.home, 'journal.db');
  await stage.belay.kill('SIGKILL');
  for (const suffix of ['', '-wal', '-shm']) await copyFile(path + suffix, `${path}${suffix}.kept`).catch(() => {});
  await damage(path);
  const sizeBytes = (await stat(path).catch(() => null))?.size;
  await stage.start();
  for (const asked of [stage.belay.system(), stage.belay.upgrade('2.0'), stage.belay.rollback()]) {
    const answer = await asked.then(
      () => null,
      (error: ApiFailure) => error,
    );
    if (answer?.error?.code !== 'journal-unusable') throw new Error('the daemon works on a damaged journal');
    const words = `${answer.message} ${answer.error.hint}`;
    if (!/journal (check|restore)/.test(words)) throw new Error(`it does not say what to do: ${words}`);
  }
  await stage.belay.kill('SIGKILL');
  if ((await stat(path).catch(() => null))?.size !== sizeBytes) throw new Error('the damaged journal was written to');
  for (const suffix of ['', '-wal', '-shm']) {
    await rm(path + suffix, { force: true });
    await rename(`${path}${suffix}.kept`, path + suffix).catch(() => {});
  }
}

const PAGE_BYTES = 4_096;

/** In the head of every page, so that none of them can be read. */
async function flipBytes(path: string): Promise<void> {
  const file = await open(path, 'r+');
  const { size } = await file.stat();
  for (let page = 0; page < size; page += PAGE_BYTES) {
    const at = page === 0 ? 100 : page;
    const bytes = Buffer.alloc(8);
    await file.read(bytes, 0, 8, at);
    await file.write(
      bytes.map((byte) => byte ^ 0x5a),
      0,
      8,
      at,
    );
  }
  await file.close();
}

const damaged = (name: string, damage: (path: string) => Promise<void>): Fault => ({
  row: 9,
  name: `journal ${name}`,
  at: FORWARD_ONLY,
  end: 'table',
  strike: async (stage, go) => {
    await mustRefuse(stage, damage);
    go();
    await stage.start();
  },
});

export const JOURNAL: readonly Fault[] = [
  damaged('with bytes flipped', async (path) => {
    await rm(`${path}-wal`, { force: true });
    await flipBytes(path);
  }),
  {
    ...damaged('of 0 bytes', async (path) => {
      await rm(`${path}-wal`, { force: true });
      await truncate(path, 0);
    }),
    quick: { scenario: 'upgrade', step: 'stop', phase: 'intent' },
  },
  damaged('cut in half', async (path) => {
    await rm(`${path}-wal`, { force: true });
    await truncate(path, Math.floor((await stat(path)).size / 2));
  }),
];
