import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, open, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { reserve } from '../../src/demo/private-engine/started-things.ts';

const run = promisify(execFile);

export interface LoopFilesystem {
  /** Where it is mounted. */
  path: string;
  /** A power cut: whatever has not been flushed is lost, and every later use fails until it is mounted again. */
  cutPower(): Promise<void>;
  /** ext4: the kernel finds it damaged, and makes it read-only until it is mounted again. */
  turnReadOnly(): Promise<void>;
  /** After a power cut, when nothing uses it any more: whatever is mounted below goes too. */
  remount(): Promise<void>;
  remove(): Promise<void>;
}

/** Makes a file system of the given type in a file and mounts it. Needs root and its mkfs. */
export async function mountLoop(
  type: 'xfs' | 'btrfs' | 'ext4',
  sizeBytes: number,
  options: string[] = [],
): Promise<LoopFilesystem> {
  const directory = await mkdtemp('/var/tmp/belay-loop-');
  const record = await reserve(directory);
  if (!record) throw new Error('two loop file systems were given the same name');
  const image = join(directory, 'image');
  const path = join(directory, 'mounted');
  /** Another process' copy of the mounts may hold one for a moment. */
  async function unmount(point: string): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await run('umount', [point]);
        return;
      } catch (error) {
        if (tries === 50) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }
  /** While anything holds the dead file system, mounting the image again would give that one. */
  async function released(): Promise<void> {
    for (let tries = 0; tries < 100; tries++) {
      if ((await run('losetup', ['-j', image])).stdout === '') return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`something holds ${path} after its power was cut`);
  }
  const mount = () => run('mount', ['-o', ['loop', ...options].join(), image, path]);
  try {
    await mkdir(path);
    const file = await open(image, 'w');
    await file.truncate(sizeBytes);
    await file.close();
    await run(`mkfs.${type}`, [image]);
    await mount();
  } catch (error) {
    await record.destroy();
    throw error;
  }
  return {
    path,
    // FS_IOC_SHUTDOWN without a flush of the log: xfs_io asks any file system that knows it.
    cutPower: async () => void (await run('xfs_io', ['-x', '-c', 'shutdown', path])),
    turnReadOnly: async () => {
      const [device = ''] = (await run('losetup', ['-j', image])).stdout.split(':');
      await writeFile(`/sys/fs/ext4/${basename(device)}/trigger_fs_error`, '1');
    },
    remount: async () => {
      const table = await readFile('/proc/self/mountinfo', 'latin1');
      const points = table.split('\n').map((line) => line.split(' ')[4] ?? '');
      const below = points.filter((point) => point.startsWith(`${path}/`)).reverse();
      for (const point of [...below, path]) await unmount(point);
      await released();
      await mount();
    },
    remove: () => record.destroy(),
  };
}
