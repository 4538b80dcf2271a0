import type { Sequence } from '../../src/domain/step.ts';
import { restore } from '../../src/sequences/restore.ts';
import { rollback } from '../../src/sequences/rollback.ts';
import { upgrade } from '../../src/sequences/upgrade.ts';
import type { TestBelay } from '../support/belay.ts';
import { OPTIONAL_STEPS } from '../support/optional-steps.ts';
import type { Place, ScenarioName } from './fault.ts';
import { LATER, NEW, OLD } from './stage.ts';

/** Something that a daemon is at, and that a fault can come into. */
export interface Scenario {
  name: ScenarioName;
  sequence: Sequence;
  /** The version that runs when it begins. */
  begins: string;
  /** The point at which a first daemon is killed, so that it is the second one's recovery that is held; null without. */
  killedAt: string | null;
  /** The points at which it can be held, in the order in which they come. */
  steps: readonly string[];
  phases: { before: string; acted: string; done: string };
}

const FORWARD = { before: 'intent', acted: 'acted', done: 'done' };
const BACK = { before: 'revert-intent', acted: 'revert-acted', done: 'reverted' };
const names = ({ steps }: Sequence) => steps.map(({ name }) => name).filter((name) => !OPTIONAL_STEPS.includes(name));
/** What its plan leaves out where there is no need of it. */
const without = (sequence: Sequence, step: string) => names(sequence).filter((name) => name !== step);
const from = (sequence: Sequence, first: string) => names(sequence).slice(names(sequence).indexOf(first));

export const SCENARIOS: readonly Scenario[] = [
  { name: 'upgrade', sequence: upgrade, begins: OLD, killedAt: null, steps: names(upgrade), phases: FORWARD },
  {
    name: 'restore',
    sequence: restore,
    begins: NEW,
    killedAt: null,
    // All of the data is the snapshot's: nothing has to be brought level.
    steps: without(restore, 'delta'),
    phases: FORWARD,
  },
  {
    name: 'rollback',
    sequence: rollback,
    begins: NEW,
    killedAt: null,
    steps: without(rollback, 'unpack'),
    phases: FORWARD,
  },
  {
    name: 'rollback to an archive',
    sequence: rollback,
    begins: LATER,
    killedAt: null,
    // From there on it is like any other.
    steps: names(rollback).slice(0, names(rollback).indexOf('unpack') + 1),
    phases: FORWARD,
  },
  {
    name: 'recovery of an upgrade',
    sequence: upgrade,
    begins: OLD,
    killedAt: 'gate:acted',
    steps: names({ ...upgrade, steps: upgrade.steps.filter(({ revert }) => revert) }),
    phases: BACK,
  },
  {
    name: 'recovery of a rollback',
    sequence: rollback,
    begins: NEW,
    killedAt: `${rollback.forwardFrom}:done`,
    steps: from(rollback, rollback.forwardFrom),
    phases: FORWARD,
  },
];

export interface Request {
  path: string;
  body: object;
}

/** What is asked of the API. A restore takes the data that an earlier release was left with. */
export async function requestOf(name: ScenarioName, version: string, belay: TestBelay): Promise<Request> {
  switch (name) {
    case 'upgrade':
    case 'recovery of an upgrade':
      // What a fault kept from proving itself is tried again.
      return { path: '/api/cluster/upgrade', body: { version, force: true } };
    case 'rollback':
    case 'recovery of a rollback':
      return { path: '/api/cluster/rollback', body: {} };
    case 'rollback to an archive': {
      const archived = (await belay.snapshots()).find(({ kind }) => kind === 'archive');
      if (!archived?.release) throw new Error('there is no archive');
      return { path: '/api/cluster/rollback', body: { release: archived.release } };
    }
    case 'restore': {
      const left = (await belay.snapshots()).find((snapshot) => snapshot.version === OLD);
      if (!left) throw new Error(`there is no snapshot of ${OLD}`);
      return { path: '/api/cluster/restore', body: { snapshot: left.id } };
    }
  }
}

/** Whether a failure at this place goes back: what the runbook's switch and its commit say. */
export function goesBack(scenario: Scenario, { step, phase }: Place): boolean {
  if (scenario.phases === BACK) return true;
  const order = names(scenario.sequence);
  const forwardFrom = order.indexOf(scenario.sequence.forwardFrom);
  const index = order.indexOf(step);
  if (index >= forwardFrom) return false;
  // The commit is one transaction: once it has acted, it is done.
  return !(step === 'commit' && phase !== 'intent');
}
