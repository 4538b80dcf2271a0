import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callEngine } from '../../src/demo/private-engine/engine-api.ts';
import { SqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { SHIPPED_PROGRAM } from '../support/belay.ts';
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.ts';
import { aRelease, aSlot } from '../support/specimens.ts';

let directory = '';
let home = '';
let env: NodeJS.ProcessEnv = {};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'belay-journal-'));
  liveIn(join(directory, 'home'));
});
afterEach(async () => {
  await stopDaemon();
  rmSync(directory, { recursive: true, force: true });
});

function liveIn(path: string): void {
  home = path;
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  const places = { BELAY_HOME: home, BELAY_SOCKET: join(directory, 'belay.sock') };
  env = { ...inherited, ...places, DOCKER_HOST: `unix://${directory}/no-engine.sock` };
}

/** A command as it is typed; the daemon starts by itself. */
async function belay(...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [SHIPPED_PROGRAM, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output: output.replace(/\s+/g, ' ') };
}

async function daemonPid(): Promise<number | null> {
  const answer = await callEngine(join(directory, 'belay.sock'), '/api/health', { timeoutMs: 2_000 }).catch(() => null);
  return answer && JSON.parse(answer.body.toString()).pid;
}

async function stopDaemon(): Promise<void> {
  const pid = await daemonPid();
  if (pid === null) return;
  process.kill(pid, 'SIGTERM');
  const isGone = () => !existsSync(`/proc/${pid}`) || /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  await expect.poll(isGone, { timeout: 5_000 }).toBe(true);
}

/** A journal with an appliance that a daemon has left. */
async function writeJournal(): Promise<void> {
  await belay('show', 'appliances');
  await stopDaemon();
  const journal = new SqliteJournal(join(home, 'journal.db'));
  const slot = aSlot();
  journal.adopt(aRelease({ slot: slot.id }), slot, []);
  await journal.backup();
  journal.close();
}

describe.each([
  ['emptied', () => truncateSync(join(home, 'journal.db'), 0), 'is empty, where a record should be'],
  ['overwritten', () => writeFileSync(join(home, 'journal.db'), 'x'.repeat(9_000)), 'is damaged or not a journal'],
  ['removed', () => rmSync(join(home, 'journal.db')), 'is gone, where one has been'],
])('a journal that was %s', (_, damage, sentence) => {
  it('is refused with what to do, and a copy is put in its place at the prompt', async () => {
    await writeJournal();
    damage();
    const refused = await belay('show', 'releases');
    expect(refused.output).toContain(sentence);
    expect(refused.output).toContain('journal check');
    expect(refused.code).toBe(3);
    const check = await belay('journal', 'check');
    expect(check.output).toContain('cannot be used');
    expect(check.output).toContain('in its place: journal restore');
    const restored = await belay('journal', 'restore', '--yes');
    expect(restored.output).toContain('The journal is copy 1 now');
    // The same daemon goes on with it.
    const appliances = await belay('show', 'appliances', '--json');
    expect(JSON.parse(appliances.output)).toMatchObject([{ name: 'acme' }]);
    const again = await belay('journal', 'restore', '--yes');
    expect(again.output).toContain('The journal is sound');
    expect(again.code).toBe(3);
    const broken = readdirSync(home).filter((name) => name.includes('.broken-'));
    expect(broken.length).toBe(sentence.includes('gone') ? 0 : 1);
  });
});

it('names a daemon that was stopped by a signal, and how to let it go on', async () => {
  await belay('show', 'appliances');
  const pid = (await daemonPid()) as number;
  process.kill(pid, 'SIGSTOP');
  try {
    const asked = await belay('show', 'appliances');
    expect(asked.output).toContain(`The Belay daemon (process ${pid}) has been stopped by a signal.`);
    expect(asked.output).toContain(`kill -CONT ${pid}`);
    expect(asked.code).toBe(4);
    env = { ...env, BELAY_SOCKET: join(directory, 'another.sock') };
    const second = await belay('daemon');
    expect(second.output).toContain(`stopped by a signal (process ${pid})`);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
});

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn('SKIPPED: state directories on full and read-only disks need root, to mount a tmpfs');

describe.skipIf(!isRoot)('a state directory that cannot be written', () => {
  let disk: SmallDisk;
  beforeEach(async () => {
    disk = await mountSmallDisk(2 << 20);
    liveIn(join(disk.path, 'home'));
    await writeJournal();
  });
  afterEach(async () => {
    await stopDaemon();
    await disk.remove();
  });

  it('because it is read-only: all is shown, changes are refused, and it goes on when it is writable', async () => {
    await disk.setReadOnly(true);
    for (const words of ['show appliances', 'show releases', 'show upgrade history']) {
      expect(await belay(...words.split(' '))).toMatchObject({ code: 0 });
    }
    const change = await belay('adopt', 'other', '--yes');
    expect(change.output).toContain(`${home} is read-only.`);
    expect(change.code).toBe(3);
    expect((await belay('journal', 'check')).output).toContain('State read-only');
    await disk.setReadOnly(false);
    // The same daemon: it looks every few seconds.
    const goesOn = async () => (await belay('adopt', 'other', '--yes')).output;
    await expect.poll(goesOn, { timeout: 20_000, interval: 500 }).toContain('No Docker Engine answers');
  });

  it('because it is full: all is shown, with the reason, and the daemon starts', async () => {
    disk.fill();
    expect(await belay('show', 'releases')).toMatchObject({ code: 0 });
    expect((await belay('adopt', 'other', '--yes')).output).toContain(`no space is left in ${home}`);
  });
});
