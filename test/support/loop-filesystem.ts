import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, open } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { reserve } from '../../src/demo/private-engine/started-things.ts';

const run = promisify(execFile);

export interface LoopFilesystem {
  /** Where it is mounted. */
  path: string;
  remove(): Promise<void>;
}

/** Makes a file system of the given type in a file and mounts it. Needs root and its mkfs. */
export async function mountLoop(type: 'xfs' | 'btrfs' | 'ext4', sizeBytes: number): Promise<LoopFilesystem> {
  const directory = await mkdtemp('/var/tmp/belay-loop-');
  const record = await reserve(directory);
  if (!record) throw new Error('two loop file systems were given the same name');
  const image = join(directory, 'image');
  const path = join(directory, 'mounted');
  try {
    await mkdir(path);
    const file = await open(image, 'w');
    await file.truncate(sizeBytes);
    await file.close();
    await run(`mkfs.${type}`, [image]);
    await run('mount', ['-o', 'loop', image, path]);
  } catch (error) {
    await record.destroy();
    throw error;
  }
  return { path, remove: () => record.destroy() };
}
