import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { patchFiles } from '../../src/slots/patch.ts';

const MIB = 1 << 20;
let home = '';
beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'belay-patch-')));
  for (const tree of ['from', 'to']) mkdirSync(join(home, tree));
});
afterEach(() => rm(home, { recursive: true, force: true }));

// The block-wise way is taken on Linux only: it asks the kernel what was opened.
describe.skipIf(process.platform !== 'linux')('patching', () => {
  it('makes content and times equal, where the sizes are not', async () => {
    const wanted = Buffer.alloc(3 * MIB + 5, 1);
    wanted[2 * MIB + 1] = 9;
    writeFileSync(join(home, 'from/f'), wanted);
    for (const present of [Buffer.alloc(0), Buffer.alloc(3 * MIB + 5, 1), Buffer.alloc(5 * MIB, 1)]) {
      writeFileSync(join(home, 'to/f'), present);
      await patchFiles(join(home, 'from'), join(home, 'to'), [{ path: 'f' }]);
      expect(readFileSync(join(home, 'to/f')).equals(wanted)).toBe(true);
      const mtime = (tree: string) => statSync(join(home, tree, 'f'), { bigint: true }).mtimeNs;
      expect(mtime('to')).toBe(mtime('from'));
    }
  });

  it('follows no link, neither at the end of the path nor on the way', async () => {
    mkdirSync(join(home, 'outside'));
    writeFileSync(join(home, 'outside/f'), 'kept');
    mkdirSync(join(home, 'from/d'));
    writeFileSync(join(home, 'from/d/f'), 'evil');
    writeFileSync(join(home, 'from/g'), 'evil');
    symlinkSync(join(home, 'outside'), join(home, 'to/d'));
    symlinkSync(join(home, 'outside/f'), join(home, 'to/g'));
    await patchFiles(join(home, 'from'), join(home, 'to'), [{ path: 'd/f' }, { path: 'g' }]);
    expect(readFileSync(join(home, 'outside/f'), 'utf8')).toBe('kept');
  });
});
