import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeDaemon } from '../../test/shell/fake-daemon.ts';
import { Screen } from '../../test/shell/screen.ts';
import type { Figure } from './downtime.ts';
import { median } from './measure.ts';

const CANDIDATES = 10_000;
const MOVES = 100;
const ROUNDS = 3;
const WANTED_MS = 16;
const LINE = 'upgrade system ';
const DOWN = '\x1b[B';
const UP = '\x1b[A';

/** (e1) From a key to the redraw that it causes, in a menu of ten thousand live values and on the line before it. */
export async function keyPressAmongMany(program: string): Promise<Figure> {
  const rounds: number[][] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await withScreen(program, pressKeys));
  const worsts = rounds.map((times) => Math.max(...times));
  const worst = median(worsts);
  const each = worsts.map((ms) => ms.toFixed(1)).join(', ');
  return {
    what: `(e1) from a key to its redraw, with ${CANDIDATES.toLocaleString('en-US')} live candidates`,
    measured: `${median(rounds.flat()).toFixed(1)} ms in the middle; the worst of ${rounds[0]?.length} keys took ${each} ms`,
    ratio: worst / WANTED_MS,
    wanted: `at most 1 (of ${WANTED_MS} ms, for the worst key of the middle round)`,
    isGood: worst <= WANTED_MS,
  };
}

async function pressKeys(screen: Screen): Promise<number[]> {
  screen.type(`${LINE}\t`);
  await screen.untilPrompt(LINE);
  await pause(500);
  const times = [await redrawMs(screen, '\t', `1 of ${CANDIDATES + 5}`)];
  for (let turn = 0; turn < MOVES; turn++) times.push(await redrawMs(screen, turn % 3 === 2 ? UP : DOWN, '›'));
  screen.type('\x15');
  await screen.untilPrompt();
  let typed = '';
  for (const key of `${LINE}3.12.34`) {
    typed += key;
    // A blank at the end shows as a cursor that has moved.
    times.push(await redrawMs(screen, key, typed.trimEnd()));
  }
  for (let turn = 0; turn < 4; turn++) {
    typed = typed.slice(0, -1);
    times.push(await redrawMs(screen, '\x7f', typed));
  }
  return times;
}

/** A session in front of a daemon that knows ten thousand versions. */
async function withScreen<Result>(program: string, use: (screen: Screen) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'belay-keys-'));
  const socketPath = join(folder, 'sock');
  const daemon = new FakeDaemon({ socketPath, stepMs: 10, scripts: {}, adopted: true });
  daemon.moreVersions = Array.from({ length: CANDIDATES }, (_, index) => `3.${Math.floor(index / 100)}.${index % 100}`);
  await daemon.start();
  const { CI: _, ...environment } = process.env;
  const env = { ...environment, BELAY_HOME: folder, BELAY_SOCKET: socketPath, XDG_STATE_HOME: folder };
  const screen = new Screen(process.execPath, [program], { columns: 100, rows: 40, env });
  try {
    await screen.untilShown('acme runs ');
    return await use(screen);
  } finally {
    screen.kill();
    await daemon.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * From the key until what it changes has been written, without the time that the shell and this process spent waiting
 * for a processor: how busy the machine is says nothing about the shell.
 */
async function redrawMs(screen: Screen, key: string, shown: string): Promise<number> {
  await pause(20);
  const written = screen.writes(shown);
  const waitedMs = waitMs(screen.pid) + waitMs(process.pid);
  const beganMs = performance.now();
  screen.type(key);
  const tookMs = (await written) - beganMs;
  return tookMs - (waitMs(screen.pid) + waitMs(process.pid) - waitedMs);
}

/** How long a process's main thread was ready to run and did not; 0 where the kernel does not count that. */
function waitMs(pid: number): number {
  try {
    const [, waitedNs] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ');
    return Number(waitedNs) / 1e6;
  } catch {
    return 0;
  }
}

const pause = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs));
