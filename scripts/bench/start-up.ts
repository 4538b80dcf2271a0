import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { spawn as spawnInTerminal } from '@lydell/node-pty';
import type { TestBelay } from '../../test/support/belay.ts';
import type { Figure } from './downtime.ts';
import { median } from './measure.ts';

const ROUNDS = 21;

/** (d) Spawn to a prompt that takes input, against the start and end of an empty Node. */
export async function promptAgainstNode(belay: TestBelay, program: string): Promise<Figure> {
  const empty: number[] = [];
  const prompt: number[] = [];
  await leftInOrder(belay, program);
  for (let round = 0; round < ROUNDS; round++) {
    empty.push(await timeEmptyNode());
    prompt.push(await timePrompt(belay, program));
  }
  const ratio = median(prompt.map((value, index) => value / (empty[index] as number)));
  return {
    what: '(d) spawn to a usable prompt against `node -e 0`',
    measured: `${median(prompt).toFixed(1)} ms against ${median(empty).toFixed(1)} ms`,
    ratio,
    wanted: 'at most 2',
    isGood: ratio <= 2,
  };
}

async function timeEmptyNode(): Promise<number> {
  const beganMs = performance.now();
  const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
  await once(child, 'exit');
  return performance.now() - beganMs;
}

const TIMEOUT_MS = 10_000;

/** The first session of an installation: compiled code is kept for the next ones when it ends in order. */
function leftInOrder(belay: TestBelay, program: string): Promise<void> {
  return new Promise((resolve) => {
    const terminal = inTerminal(belay, program);
    setTimeout(() => terminal.write('\x04'), 1_000);
    terminal.onExit(() => resolve());
  });
}

function inTerminal(belay: TestBelay, program: string) {
  const env = belay.env({ TERM: 'xterm-256color' }) as Record<string, string>;
  return spawnInTerminal(process.execPath, [program], { cols: 100, rows: 30, env });
}

/** Until a key that is typed at the prompt shows: a prompt that is drawn and deaf is not usable. */
function timePrompt(belay: TestBelay, program: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const beganMs = performance.now();
    const terminal = inTerminal(belay, program);
    const timeout = setTimeout(() => reject(new Error('no prompt appears')), TIMEOUT_MS);
    let isTyped = false;
    terminal.onData((data) => {
      if (!isTyped && data.includes(']>')) {
        isTyped = true;
        terminal.write('Q');
      } else if (isTyped && data.includes('Q')) {
        resolve(performance.now() - beganMs);
        clearTimeout(timeout);
        terminal.kill('SIGKILL');
      }
    });
  });
}
