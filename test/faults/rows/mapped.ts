import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { recordOf } from '../../recovery/record.ts';
import type { Fault } from '../fault.ts';
import type { Stage } from '../stage.ts';
import { pause, until } from '../waiting.ts';

const run = promisify(execFile);
const SIZE_BYTES = 65_536;
const LAST = 0xffffffff;

/*
 * Writes a mapped file all the time until its clone is there whole, and once more then: the page is dirty
 * since before the clone was made, so the last write moves neither the size nor the time of the file.
 */
const C = `
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
int main(int count, char **names) {
  struct stat clone;
  int file = open(names[1], O_RDWR);
  volatile uint32_t *page = mmap(0, ${SIZE_BYTES}, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (file < 0 || page == MAP_FAILED) return 1;
  for (uint32_t n = 1; stat(names[2], &clone) != 0 || clone.st_size < ${SIZE_BYTES}; n++) { *page = n; usleep(200); }
  usleep(5000);
  *page = ${LAST}u;
  return 0;
}
`;
const PYTHON = `
import mmap, os, struct, sys, time
page = mmap.mmap(os.open(sys.argv[1], os.O_RDWR), ${SIZE_BYTES})
n = 1
while not os.path.exists(sys.argv[2]) or os.path.getsize(sys.argv[2]) < ${SIZE_BYTES}:
    page[0:4] = struct.pack('<I', n); n += 1; time.sleep(0.0002)
time.sleep(0.005)
page[0:4] = struct.pack('<I', ${LAST})
`;

async function startWriter(directory: string, file: string, clone: string): Promise<ChildProcess> {
  const source = join(directory, 'writer.c');
  const program = join(directory, 'writer');
  await writeFile(source, C);
  const isCompiled = await run('cc', ['-O1', '-o', program, source]).then(
    () => true,
    () => false,
  );
  return isCompiled ? spawn(program, [file, clone]) : spawn('python3', ['-c', PYTHON, file, clone]);
}

const mapped = (stage: Stage) => join(stage.second, 'mapped');
const ballast = (stage: Stage) => join(stage.second, 'ballast');

export const MAPPED: readonly Fault[] = [
  {
    row: 27,
    name: 'file written through mmap during the clone',
    quick: { scenario: 'upgrade', step: 'pre-copy', phase: 'intent' },
    at: { upgrade: ['pre-copy'] },
    notElsewhere: 'only the pre-copy clones data that is being written',
    end: 'through',
    prepare: async (stage) => {
      await writeFile(mapped(stage), Buffer.alloc(SIZE_BYTES));
      // The rest of the clone takes a while, as real data do.
      await run('dd', ['if=/dev/urandom', `of=${ballast(stage)}`, 'bs=1M', 'count=150']);
    },
    strike: async (stage, go) => {
      const slot = recordOf(stage).slots.find(({ state }) => state === 'preparing');
      const clone = slot?.mounts.find(({ parkedPath }) => parkedPath)?.parkedPath;
      if (!clone) throw new Error('the journal does not say where the clone will be');
      const writer = await startWriter(stage.belay.holds, mapped(stage), join(clone, 'mapped'));
      const ended = once(writer, 'exit');
      await pause(100);
      go();
      const [code] = await ended;
      if (code !== 0) throw new Error(`the writer ended with code ${code}`);
    },
    inspect: async (stage) => {
      const bytes = await readFile(mapped(stage));
      const last = bytes.readUInt32LE(0);
      return last === LAST ? [] : [`what was written last through mmap is missing: ${last.toString(16)}`];
    },
    lift: async (stage) => {
      await until('the ballast is gone', async () => {
        await rm(ballast(stage), { force: true });
        return true;
      });
    },
  },
];
