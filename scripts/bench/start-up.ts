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

function timePrompt(belay: TestBelay, program: string): Promise<number> {
  return new Promise((resolve) => {
    const beganMs = performance.now();
    const env = belay.env({ TERM: 'xterm-256color' }) as Record<string, string>;
    const terminal = spawnInTerminal(process.execPath, [program], { cols: 100, rows: 30, env });
    let output = '';
    terminal.onData((data) => {
      output += data;
      if (!/\][^\n]*> /.test(output)) return;
      resolve(performance.now() - beganMs);
      output = '';
      terminal.kill('SIGKILL');
    });
  });
}
