import { isDeepStrictEqual } from 'node:util';
import { ACME_NOTES } from '../lab/seed-demo.ts';
import { type AcmeState, askAcme, describeAcme, differenceOf, writeNote } from './acme.ts';
import { type Belay, USER } from './belay.ts';
import { narrator } from './narrator.ts';
import type { Stage } from './stage.ts';

/** Commands that change something ask at the prompt; nobody is there to answer. */
const CHANGING = ['adopt', 'upgrade', 'rollback'];
const SUMMIT = 'Summit reached, written on 2.0';

/**
 * Upgrades the sample appliance, lets an upgrade fail, goes back and forward again, and prints all of it.
 * Rejects with a sentence as soon as anything is not as it should be: an exit code, a state, or the data.
 */
export async function playTour(stage: Stage, belay: Belay, signal: AbortSignal): Promise<void> {
  const { chapter, say } = narrator;
  const tour = new Tour(stage, belay, signal);
  const notes = [...ACME_NOTES];

  chapter('1. Adopt a running container');
  await tour.acmeHas({ version: '1.0', format: 1, notes });
  await tour.types(`adopt ${stage.container}`);
  await tour.types('show system');
  await tour.types('show versions');

  chapter('2. Upgrade to 2.0, which migrates its data for good');
  await tour.types('show upgrade plan 2.0');
  await tour.types('upgrade system 2.0');
  await tour.acmeHas({ version: '2.0', format: 2, notes });
  await tour.endedAs('succeeded', '2.0');
  say(`A user writes a note on 2.0: "${SUMMIT}"`);
  await writeNote(stage.url, SUMMIT, signal);
  notes.push(SUMMIT);

  chapter('3. Upgrade to 2.1, which is broken: 2.0 comes back by itself');
  await tour.types('upgrade system 2.1', 1);
  await tour.acmeHas({ version: '2.0', format: 2, notes });
  await tour.endedAs('rolled-back', '2.0');

  chapter('4. Roll back to 1.0 with the data of 1.0');
  await tour.types('show rollback plan');
  await tour.types('rollback system');
  await tour.acmeHas({ version: '1.0', format: 1, notes: [...ACME_NOTES] });
  await tour.endedAs('succeeded', '1.0');

  chapter('5. Forward again, with what was written on 2.0');
  const left = (await belay.client.releases({}, signal)).find(({ status }) => status === 'rolled-back');
  if (!left) throw new Error('2.0 should be kept as rolled-back, and is not among the releases.');
  await tour.types(`rollback system to ${left.id}`);
  await tour.acmeHas({ version: '2.0', format: 2, notes });
  await tour.endedAs('succeeded', '2.0');

  chapter('6. Nothing is lost, and everything is on record');
  await tour.types('show releases');
  await tour.types('show upgrade history');
  await tour.releasesAre(['2.0 active', '1.0 rolled-back', '2.1 failed', '2.0 rolled-back', '1.0 superseded']);
}

class Tour {
  readonly #stage: Stage;
  readonly #belay: Belay;
  readonly #signal: AbortSignal;
  #appliance = 'belay';

  constructor(stage: Stage, belay: Belay, signal: AbortSignal) {
    this.#stage = stage;
    this.#belay = belay;
    this.#signal = signal;
  }

  /** Runs a command of the real program, shown as it is typed at the prompt. */
  async types(command: string, expectedExitCode = 0): Promise<void> {
    const words = command.split(' ');
    const isChange = CHANGING.includes(words[0] ?? '');
    narrator.typed(`[${USER}@${this.#appliance}]> `, command);
    await narrator.flushed();
    const exitCode = await this.#belay.run(isChange ? [...words, '--yes'] : words, 'ignore');
    if (exitCode !== expectedExitCode) {
      throw new Error(`"${command}" should end with exit code ${expectedExitCode}, and ended with ${exitCode}.`);
    }
    if (words[0] === 'adopt') this.#appliance = this.#stage.container;
  }

  /** Asks the sample appliance itself, over HTTP. */
  async acmeHas(expected: AcmeState): Promise<void> {
    const found = await askAcme(this.#stage.url, this.#signal);
    const difference = differenceOf(found, expected);
    if (difference !== null) throw new Error(difference);
    narrator.proved(`acme itself says, at ${this.#stage.url}: ${describeAcme(found)}`);
  }

  /** How the last operation ended, and what runs since. */
  async endedAs(state: 'succeeded' | 'rolled-back', version: string): Promise<void> {
    const operation = await this.#belay.client.upgradeStatus(undefined, this.#signal);
    const system = await this.#belay.client.system(this.#signal);
    if (operation?.state !== state) {
      throw new Error(`The ${operation?.kind} should have ended as ${state}, and is ${operation?.state}.`);
    }
    if (system.version !== version || system.state !== 'running') {
      throw new Error(`${version} should be running, and ${system.version} is ${system.state}.`);
    }
  }

  /** Newest first, each as version and status. */
  async releasesAre(expected: readonly string[]): Promise<void> {
    const releases = await this.#belay.client.releases({}, this.#signal);
    const found = releases.map(({ version, status }) => `${version} ${status}`);
    if (isDeepStrictEqual(found, expected)) return;
    throw new Error(`The releases should be ${expected.join(', ')}; they are ${found.join(', ')}.`);
  }
}
