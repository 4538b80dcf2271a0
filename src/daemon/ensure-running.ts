import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAnswering } from '../api/client/probe.ts';
import { BelayError } from '../domain/errors.ts';
import { currentIn, programIn, rootOf } from '../installation/layout.ts';
import { holderOf, isStopped } from '../journal/lock-holder.ts';
import { makeDirectory } from './make-directory.ts';
import type { Places } from './places.ts';

const START_TIMEOUT_MS = 15_000;
const POLL_MS = 15;

/**
 * The embedded default: where no daemon answers, starts one in the background and waits for it.
 * `no-daemon`, with the last line of its log, where it does not come up.
 */
export async function ensureDaemon(places: Places, program: string): Promise<void> {
  if (await isAnswering(places.socket)) return refuseStopped(places);
  const logPath = openableLog(places.home);
  const log = openSync(logPath, 'a', 0o600);
  const child = spawn(process.execPath, [currentOf(program), 'daemon'], {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: '/',
    env: { ...process.env, BELAY_HOME: places.home, BELAY_SOCKET: places.socket },
  });
  let ended = false;
  child.once('exit', () => {
    ended = true;
  });
  child.unref();
  for (let waitedMs = 0; waitedMs < START_TIMEOUT_MS; waitedMs += POLL_MS) {
    if (await isAnswering(places.socket)) return;
    // Another shell may have started one at the same moment: then ours ends, and that one answers when it is up.
    if (ended && waitedMs > POLL_MS * 20 && !isAnotherComingUp(places)) break;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new BelayError('no-daemon', `The Belay daemon does not start: ${lastWords(logPath)}`, {
    hint: 'See why: belay daemon',
  });
}

/** A session of an earlier release starts the daemon of the one that is installed now. */
function currentOf(program: string): string {
  const root = rootOf(program);
  const version = root && currentIn(root);
  return root && version ? programIn(root, version) : program;
}

function isAnotherComingUp(places: Places): boolean {
  const pid = holderOf(join(places.home, 'daemon.lock'));
  try {
    return pid !== null && process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A daemon that was stopped by a signal accepts connections all the same, and never answers. */
function refuseStopped(places: Places): void {
  const pid = holderOf(join(places.home, 'daemon.lock'));
  if (pid === null || !isStopped(pid)) return;
  throw new BelayError('no-daemon', `The Belay daemon (process ${pid}) has been stopped by a signal.`, {
    hint: `Let it go on: kill -CONT ${pid}`,
  });
}

/** In the home; where nothing can be written there, among the temporary files: the daemon shows what it can. */
function openableLog(home: string): string {
  const logPath = join(home, 'daemon.log');
  try {
    makeDirectory(home, 0o700);
    closeSync(openSync(logPath, 'a', 0o600));
    return logPath;
  } catch (cause) {
    if (existsSync(home)) return join(mkdtempSync(join(tmpdir(), 'belay-')), 'daemon.log');
    const why = (cause as Error).message;
    throw new BelayError('no-daemon', `The Belay daemon cannot keep its state in ${home}: ${why}.`, {
      hint: 'Choose another directory with BELAY_HOME.',
      cause,
    });
  }
}

function lastWords(logPath: string): string {
  const lines = readFileSync(logPath, 'utf8').trimEnd().split('\n');
  const last = lines.at(-1) ?? '';
  try {
    return (JSON.parse(last) as { msg?: string }).msg ?? last;
  } catch {
    return last || 'it says nothing.';
  }
}
