import { copyFile, open, rename, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault } from '../fault.ts';
import { FORWARD_ONLY } from '../places.ts';
import type { Stage } from '../stage.ts';

/** The daemon must not begin on such a journal, must say what to do, and must leave it as it is. */
async function mustRefuse(stage: Stage, damage: (path: string) => Promise<void>): Promise<void> {
  const path = join(stage.belay.home, 'journal.db');
  await stage.belay.kill('SIGKILL');
  for (const suffix of ['', '-wal', '-shm']) await copyFile(path + suffix, `${path}${suffix}.kept`).catch(() => {});
  await damage(path);
  const sizeBytes = (await stat(path).catch(() => null))?.size;
  const outputBefore = stage.belay.output.length;
  const began = await stage.start().then(
    () => true,
    () => false,
  );
  if (began) {
    await stage.belay.kill('SIGKILL');
    throw new Error('the daemon began on a damaged journal');
  }
  const said = stage.belay.output.slice(outputBefore);
  if (!/journal/i.test(said) || !/journal restore|\.backup/.test(said)) {
    throw new Error(`the daemon does not say what to do: ${said.trim()}`);
  }
  if ((await stat(path).catch(() => null))?.size !== sizeBytes) throw new Error('the damaged journal was written to');
  for (const suffix of ['', '-wal', '-shm']) {
    await rm(path + suffix, { force: true });
    await rename(`${path}${suffix}.kept`, path + suffix).catch(() => {});
  }
}

/** Over the whole file, so that every page of it is hit. */
async function flipBytes(path: string): Promise<void> {
  const file = await open(path, 'r+');
  const { size } = await file.stat();
  for (let at = 200; at < size; at += 512) await file.write(Buffer.from([0x5a, 0xa5, 0x5a, 0xa5]), 0, 4, at);
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
