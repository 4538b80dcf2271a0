import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeDaemon } from '../../test/shell/fake-daemon.ts';
import { Screen } from '../../test/shell/screen.ts';
import type { Figure } from './downtime.ts';
import { median } from './measure.ts';

const CANDIDATES = 10_000;
const KEYS = 100;
const WANTED_MS = 16;

/** (e1) From a key to the redraw that it causes, in a menu of ten thousand live values and behind it. */
export async function keyPressAmongMany(program: string): Promise<Figure> {
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
    screen.type('upgrade system \t');
    await screen.untilPrompt('upgrade system ');
    await new Promise((resolve) => setTimeout(resolve, 500));
    const times: number[] = [await redrawMs(screen, '\t')];
    await screen.untilShown(`1 of ${CANDIDATES + 5}`);
    for (let turn = 0; turn < KEYS; turn++) times.push(await redrawMs(screen, turn % 3 === 2 ? '\x1b[A' : '\x1b[B'));
    screen.type('\x15upgrade system 3.1');
    await screen.untilPrompt('upgrade system 3.1');
    for (const key of '2.34') times.push(await redrawMs(screen, key));
    const worst = Math.max(...times);
    const middle = median(times);
    return {
      what: `(e1) from a key to its redraw, with ${CANDIDATES.toLocaleString('en-US')} live candidates`,
      measured: `${middle.toFixed(1)} ms in the middle, ${worst.toFixed(1)} ms at worst, ${times.length} keys`,
      ratio: middle / WANTED_MS,
      wanted: `at most 1 (of ${WANTED_MS} ms)`,
      isGood: middle <= WANTED_MS,
    };
  } finally {
    screen.kill();
    await daemon.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Until the first output after the key. */
async function redrawMs(screen: Screen, key: string): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  const written = screen.written.length;
  const beganMs = performance.now();
  screen.type(key);
  while (screen.written.length === written) await new Promise((resolve) => setImmediate(resolve));
  return performance.now() - beganMs;
}
