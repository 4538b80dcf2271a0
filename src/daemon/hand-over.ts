import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { createUnixClient } from '../api/client/unix-client.ts';
import type { Handover } from '../api/server/cli-service.ts';
import type { Installation } from '../installation/installation.ts';
import { putBackWhereUnreadable } from '../journal/restore.ts';
import type { Places } from './places.ts';

const UP_TIMEOUT_MS = 30_000;
const DOWN_TIMEOUT_MS = 65_000;
const POLL_MS = 50;

export interface HandOverOptions {
  places: Places;
  log: Logger;
  /** What goes on where the new one does not come up. */
  own: { program: string; version: string };
}

/**
 * Becomes another release of Belay, once this daemon has let go of everything. The other one is first started beside it,
 * on the real state, and must answer: only then does `current` change, and this process turns into it, so that whoever
 * watches over the process sees the same one go on. Where it does not come up, this release goes on. Never returns.
 */
export async function handOver(handover: Handover, options: HandOverOptions): Promise<never> {
  const { log, own, places } = options;
  const { installation, version, change } = handover;
  const program = installation.programOf(version);
  const problem = await tryOut(program, version, options);
  if (problem === null) {
    await installation.switchTo(version);
    log.info({ version, from: own.version }, 'handing over to another release of Belay');
    return become(program);
  }
  log.error({ version, problem }, 'the other release of Belay does not come up: this one goes on');
  const setAside = putBackWhereUnreadable(join(places.home, 'journal.db'));
  if (setAside !== null) log.warn({ setAside }, 'the journal as it was before is in its place again');
  await installation.note({ ...change, outcome: 'went-back', reason: problem });
  return become(own.program);
}

/** Says of the last change that it is done, where it led to the release that is up now. */
export async function noteArrival(installation: Installation | null, version: string): Promise<void> {
  const last = installation?.changes().at(-1);
  if (installation && last?.outcome === 'begun' && last.to === version && installation.current() === version) {
    await installation.note({ ...last, outcome: 'done' });
  }
}

/** Null where it has come up and gone down again as it should. */
async function tryOut(program: string, version: string, { places }: HandOverOptions): Promise<string | null> {
  const child = spawn(process.execPath, [program, 'daemon'], { stdio: ['ignore', 'inherit', 'inherit'] });
  const ended = once(child, 'exit');
  const problem = await untilUp(child, version, places.socket);
  if (problem !== null) {
    child.kill('SIGKILL');
    await ended;
    return problem;
  }
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), DOWN_TIMEOUT_MS);
  await ended;
  clearTimeout(late);
  return null;
}

async function untilUp(child: ChildProcess, version: string, socket: string): Promise<string | null> {
  const client = createUnixClient({ connect: async () => socket, user: 'belay', appliance: null });
  for (let waitedMs = 0; waitedMs < UP_TIMEOUT_MS; waitedMs += POLL_MS) {
    if (child.exitCode !== null || child.signalCode !== null) {
      return `it ended at its start (${child.signalCode ?? `code ${child.exitCode}`})`;
    }
    const health = await client.health().catch(() => null);
    const journal = health && (await client.journalCheck().catch(() => null));
    if (health && health.version !== version) return `it calls itself ${health.version}`;
    if (journal) return journal.state === 'usable' ? null : 'it cannot use the journal';
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return `it did not answer within ${UP_TIMEOUT_MS / 1_000} s`;
}

function become(program: string): never {
  process.execve?.(process.execPath, [process.execPath, program, 'daemon'], process.env);
  throw new Error('the process goes on as it was');
}
