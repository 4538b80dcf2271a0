import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundleShell } from '../bundle.ts';
import { fuzz } from './fuzz.ts';

test('three thousand random keys, pastes and resizes', { timeout: 240_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'belay-fuzzed-'));
  try {
    const program = await bundleShell(join(folder, 'program'));
    expect(await fuzz({ program, count: 3_000, seed: 1, say: () => {} })).toBeNull();
  } finally {
    await rm(folder, { recursive: true });
  }
});
