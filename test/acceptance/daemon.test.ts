import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { callEngine } from '../../src/demo/private-engine/engine-api.ts';
import { SHIPPED_PROGRAM } from '../support/belay.ts';

let directory = '';
let env: NodeJS.ProcessEnv = {};
let socket = '';
const started: ChildProcess[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'belay-daemon-'));
  socket = join(directory, 'run', 'belay', 'belay.sock');
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  const places = { BELAY_HOME: join(directory, 'home'), BELAY_SOCKET: socket };
  env = { ...inherited, ...places, DOCKER_HOST: `unix://${directory}/no-engine.sock` };
});
afterEach(async () => {
  const background = (await health())?.pid;
  if (background !== undefined) await killed(background);
  for (const child of started.splice(0)) child.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

interface Ended {
  code: number | null;
  output: string;
}

/** Runs the shipped program to its end. */
async function belay(args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [SHIPPED_PROGRAM, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

async function health(): Promise<{ pid: number } | null> {
  const answer = await callEngine(socket, '/api/health', { timeoutMs: 2_000 }).catch(() => null);
  return answer && JSON.parse(answer.body.toString());
}

/** A daemon in the foreground that answers. */
async function daemon(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [SHIPPED_PROGRAM, 'daemon'], { env, stdio: 'ignore' });
  started.push(child);
  await expect.poll(health, { timeout: 10_000, interval: 20 }).toMatchObject({ pid: child.pid });
  return child;
}

async function killed(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  const isGone = () => {
    const state = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'latin1') : '';
    return state === '' || /\) Z /.test(state);
  };
  await expect.poll(isGone, { timeout: 5_000 }).toBe(true);
}

const mode = (path: string) => (statSync(path).mode & 0o7777).toString(8);

it('keeps its socket and its state to its user', async () => {
  await daemon();
  expect(lstatSync(socket).isSocket()).toBe(true);
  expect(mode(socket)).toBe('600');
  expect(mode(join(directory, 'run', 'belay'))).toBe('750');
  expect(mode(join(directory, 'home'))).toBe('700');
});

it('replaces the socket that a killed daemon left', async () => {
  const first = await daemon();
  await killed(first.pid as number);
  expect(lstatSync(socket).isSocket()).toBe(true);
  await daemon();
});

it('is one to a state directory, and the second is told which', async () => {
  const first = await daemon();
  const { code, output } = await belay(['daemon']);
  expect(code).not.toBe(0);
  expect(output).toContain(`Another Belay daemon works on this state already (process ${first.pid})`);
  expect(await health()).toMatchObject({ pid: first.pid });
});

it('is one to a socket, also with another state directory', async () => {
  const first = await daemon();
  env = { ...env, BELAY_HOME: join(directory, 'another-home') };
  const { code, output } = await belay(['daemon']);
  expect(code).not.toBe(0);
  expect(output).toContain(`Another Belay daemon answers on ${socket}`);
  expect(await health()).toMatchObject({ pid: first.pid });
});

it('does not touch a file that is in the place of its socket', async () => {
  socket = join(directory, 'precious');
  env = { ...env, BELAY_SOCKET: socket };
  writeFileSync(socket, 'precious');
  const { code, output } = await belay(['daemon']);
  expect(code).not.toBe(0);
  expect(output).toContain(`${socket} is there already and is not a socket`);
  expect(readFileSync(socket, 'utf8')).toBe('precious');
  // The same for a shell that starts one in the background.
  const shell = await belay(['show', 'appliances']);
  expect(shell.code).toBe(4);
  expect(shell.output).toContain('is not a socket');
  expect(readFileSync(socket, 'utf8')).toBe('precious');
});

it('ends on SIGTERM and takes its socket away', async () => {
  const first = await daemon();
  first.kill('SIGTERM');
  expect(await once(first, 'exit')).toEqual([0, null]);
  expect(existsSync(socket)).toBe(false);
});

it('is started once by eight shells at the same moment, and all of them get an answer', {
  timeout: 60_000,
}, async () => {
  const ends = await Promise.all(Array.from({ length: 8 }, () => belay(['show', 'appliances', '--json'])));
  for (const { code, output } of ends) {
    expect(output.trim().split('\n').at(-1)).toBe('[]');
    expect(code).toBe(0);
  }
  const log = readFileSync(join(directory, 'home', 'daemon.log'), 'utf8');
  expect(log.match(/"msg":"Belay is ready"/g)).toHaveLength(1);
});

it('that cannot start is explained to the shell that wanted it', async () => {
  writeFileSync(join(directory, 'file'), '');
  env = { ...env, BELAY_HOME: join(directory, 'file', 'home') };
  const { code, output } = await belay(['show', 'appliances']);
  expect(code).toBe(4);
  expect(output).not.toContain('    at ');
  expect(output.split('\n').length).toBeLessThan(5);
});
