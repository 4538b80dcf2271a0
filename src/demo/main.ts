import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBelay } from './belay.ts';
import { type Interruption, listenForInterruption } from './interruption.ts';
import { openLabStage } from './lab-stage.ts';
import { narrator } from './narrator.ts';
import { openPrivateStage } from './private-stage.ts';
import { findEngine } from './reachable-engine.ts';
import { openReachableStage } from './reachable-stage.ts';
import { openSession } from './session.ts';
import type { Making, Stage } from './stage.ts';
import { playTour } from './tour.ts';

const USAGE = 'Usage: npm run demo, or npm run demo -- --docker to bring up a private Docker Engine (root on Debian).';
/** The path of a unix socket has at most 107 bytes, on some systems 103. */
const LONGEST_TEMPORARY_PATH = 60;

async function main(argv: readonly string[]): Promise<number> {
  const wantsDocker = argv.length === 1 && argv[0] === '--docker';
  if (argv.length > 0 && !wantsDocker) {
    narrator.failed(USAGE);
    return 2;
  }
  const interruption = listenForInterruption();
  const belongings = new AsyncDisposableStack();
  const exitCode = await demonstrate(wantsDocker, belongings, interruption).catch((thrown: unknown) => {
    if (interruption.signal.aborted) return interruption.exitCode();
    narrator.failed(thrown instanceof Error ? thrown.message : String(thrown));
    return 1;
  });
  return (await takeAway(belongings, interruption)) ? exitCode : 1;
}

async function demonstrate(
  wantsDocker: boolean,
  belongings: AsyncDisposableStack,
  { signal }: Interruption,
): Promise<number> {
  const startedMs = performance.now();
  const directory = await mkdtemp(join(tmpdir().length > LONGEST_TEMPORARY_PATH ? '/tmp' : tmpdir(), 'belay-demo-'));
  belongings.defer(() => rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  const isInteractive = process.stdin.isTTY === true && process.stdout.isTTY === true;
  narrator.say(isInteractive ? 'Belay, to try out.' : 'Belay, a tour: upgrade an appliance, and always get back.');
  const stage = await openStage(wantsDocker, { directory, belongings, signal, say: narrator.aside });
  narrator.say(stage.engine);
  const belay = await openBelay(directory, stage.dockerHost, belongings, signal);
  if (isInteractive) return openSession(stage, belay, signal);
  await playTour(stage, belay, signal);
  narrator.chapter('The end of the tour');
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  narrator.say(`Every version, every exit code and every note was as it should be. It took ${seconds} s.`);
  narrator.say('3.0 is there, too. To try it yourself at the prompt: npm run demo, in a terminal.');
  return 0;
}

/** A private engine where it is asked for, else the one that is reachable, else the embedded one. */
async function openStage(wantsDocker: boolean, making: Making): Promise<Stage> {
  if (wantsDocker) return openPrivateStage(making);
  const found = await findEngine(process.env, making.signal);
  return 'problem' in found ? openLabStage(found.problem, making) : openReachableStage(found, making);
}

/** Whether nothing is left over. */
async function takeAway(belongings: AsyncDisposableStack, { signal }: Interruption): Promise<boolean> {
  if (signal.aborted) narrator.aside('Taking away what was started…');
  try {
    await belongings.disposeAsync();
    narrator.aside('All that was started is stopped and removed.');
    return true;
  } catch (thrown) {
    narrator.failed(`Something is left over: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    return false;
  }
}

process.exitCode = await main(process.argv.slice(2));
