import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { recordOf } from '../../recovery/record.ts';
import { type Handmade, handmade, handmadeTar } from '../../slots/archive/handmade.ts';
import type { Fault } from '../fault.ts';
import { FORWARD_ONLY } from '../places.ts';
import type { Stage } from '../stage.ts';

const run = promisify(execFile);

function archiveOf(stage: Stage): string {
  const directory = join(stage.belay.home, 'archives');
  const [name, other] = readdirSync(directory).filter((entry) => entry.endsWith('.belay'));
  if (!name || other) throw new Error('there is not one archive');
  return join(directory, name);
}

/** Opens an archive, has its files changed, and packs it again. */
async function repacked(path: string, change: (directory: string) => void): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'belay-repacked-'));
  try {
    await run('tar', ['--zstd', '-xf', path, '-C', directory]);
    change(directory);
    await run('tar', ['--zstd', '-cf', `${path}.other`, '-C', directory, '.']);
    renameSync(`${path}.other`, path);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function firstDataFile(directory: string): string {
  const entry = readdirSync(directory, { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith('/witness'));
  if (!entry) throw new Error('the archive has no witness');
  return join(directory, entry);
}

const aside = (stage: Stage) => join(stage.belay.directory, 'good-archive');
const startedAt = (stage: Stage) => stage.engine.docker(['inspect', '-f', '{{.State.StartedAt}}', stage.container]);
const startedBefore = new WeakMap<Stage, string>();

const damaged = (name: string, damage: (path: string) => Promise<void> | void): Fault => ({
  row: 16,
  name: `archive: ${name}`,
  at: { 'rollback to an archive': ['preflight', 'unpack'] },
  notElsewhere: 'behind the unpacking nothing is read from an archive',
  end: 'table',
  names: /archive|snapshot/i,
  strike: async (stage) => {
    startedBefore.set(stage, await startedAt(stage));
    const path = archiveOf(stage);
    copyFileSync(path, aside(stage));
    await damage(path);
  },
  lift: async (stage) => {
    if (!existsSync(aside(stage))) return;
    const [slot] = recordOf(stage).slots.filter(({ state }) => state === 'archived');
    renameSync(aside(stage), join(stage.belay.home, 'archives', `${stage.appliance}-${slot?.id}.belay`));
  },
  inspect: async (stage) =>
    (await startedAt(stage)) === startedBefore.get(stage) ? [] : ['the appliance was stopped for it'],
});

const bomb = (): Buffer => {
  const zeros = gzipSync(Buffer.alloc(64 << 20), { level: 9 });
  return Buffer.concat([gzipSync(handmade({ name: 'zeros', sizeBytes: 3 * 2 ** 30 })), ...Array(24).fill(zeros)]);
};

/** What each of these would do is in its name. */
const HOSTILE: readonly [string, () => Buffer][] = [
  ...(
    [
      ['..', [{ name: 'data/../../../../evil' }]],
      ['an absolute name', [{ name: '/tmp/evil' }]],
      ['symlink, then write', [{ name: 'd', type: '2', linkName: '/tmp' }, { name: 'd/evil' }]],
      ['hard link to outside', [{ name: 'l', type: '1', linkName: '/etc/shadow' }]],
      ['device', [{ name: 'sda', type: '4' }]],
      ['FIFO', [{ name: 'pipe', type: '6' }]],
      ['setuid', [{ name: 'su', mode: 0o4755 }]],
    ] as [string, Handmade[]][]
  ).map(([name, members]): [string, () => Buffer] => [name, () => handmadeTar(...members)]),
  ['bomb', bomb],
];

/** While the daemon is at something else, each of them is offered to it. */
async function offerAll(stage: Stage): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'belay-offered-'));
  const archives = join(stage.belay.home, 'archives');
  const kept = existsSync(archives) ? readdirSync(archives) : [];
  try {
    for (const [name, bytes] of HOSTILE) {
      const file = join(directory, 'offered.tar');
      writeFileSync(file, bytes());
      const job = await stage.belay.work('/api/snapshots/import', { file });
      if (job.state !== 'failed') throw new Error(`an archive with ${name} was taken: ${job.message}`);
    }
    if (existsSync('/tmp/evil') || readdirSync(directory).length > 1) throw new Error('something lies outside');
    const now = existsSync(archives) ? readdirSync(archives) : [];
    if (now.length > kept.length) throw new Error(`something was kept of them: ${now.join(', ')}`);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

export const ARCHIVES: readonly Fault[] = [
  damaged('bit flip', (path) => {
    const bytes = readFileSync(path);
    const middle = bytes.length >> 1;
    bytes[middle] = (bytes[middle] ?? 0) ^ 0x10;
    writeFileSync(path, bytes);
  }),
  damaged('truncated', (path) => truncateSync(path, 100)),
  damaged('gone', (path) => rmSync(path)),
  damaged('a file missing', (path) => repacked(path, (directory) => rmSync(firstDataFile(directory)))),
  damaged('manifest swapped', (path) =>
    repacked(path, (directory) => {
      const manifest = join(directory, 'belay/manifest.json');
      writeFileSync(manifest, readFileSync(manifest, 'utf8').replaceAll('1.0', '2.0'));
    }),
  ),
  {
    row: 17,
    name: 'hostile archives offered meanwhile',
    quick: { scenario: 'upgrade', step: 'delta', phase: 'intent' },
    at: FORWARD_ONLY,
    end: 'through',
    strike: offerAll,
  },
];
