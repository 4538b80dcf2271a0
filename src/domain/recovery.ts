import type { EntryPhase, JournalEntry, OperationFacts, OperationKind } from './operation.ts';

/** What a daemon does with an operation that another daemon left unfinished. */
export type RecoveryDecision = 'go-back' | 'go-forward';

interface Decisions {
  /** The step was about to act, or acting: its effect may or may not be there. */
  intent: RecoveryDecision;
  /** The step's effect is there; the next step had not begun. */
  done: RecoveryDecision;
}

const BACK: Decisions = { intent: 'go-back', done: 'go-back' };
const FORWARD: Decisions = { intent: 'go-forward', done: 'go-forward' };

const UPGRADE: Readonly<Record<string, Decisions>> = {
  preflight: BACK,
  pull: BACK,
  'pre-copy': BACK,
  prepare: BACK,
  quiesce: BACK,
  backup: BACK,
  stop: BACK,
  delta: BACK,
  'hand-over': BACK,
  start: BACK,
  gate: BACK,
  nodes: BACK,
  engines: BACK,
  commit: { intent: 'go-back', done: 'go-forward' },
  'restart-policy': FORWARD,
  thaw: FORWARD,
};

/**
 * The explicit table of DESIGN section 6: (operation, last step, phase) → decision.
 *
 * An upgrade goes back until its one transaction is on disk: the old release is untouched, and nobody
 * may be watching who could judge the new one. A rollback goes forward from the moment at which it
 * begins to stop what runs: a machine never takes a rollback back. A promotion, a restore and a move are like an upgrade:
 * what they set aside is untouched. So is a change, which has containers of its own for the services that differ. A rehearsal is taken away. A repair has nothing to go back to.
 */
export const RECOVERY_TABLE: Readonly<Record<OperationKind, Readonly<Record<string, Decisions>>>> = {
  upgrade: UPGRADE,
  promotion: UPGRADE,
  install: {
    preflight: BACK,
    pull: BACK,
    storage: BACK,
    prepare: BACK,
    start: BACK,
    gate: BACK,
    commit: { intent: 'go-back', done: 'go-forward' },
    'restart-policy': FORWARD,
  },
  rollback: {
    preflight: BACK,
    unpack: BACK,
    'set-aside': BACK,
    prepare: BACK,
    quiesce: BACK,
    backup: BACK,
    stop: FORWARD,
    'restore-database': FORWARD,
    start: FORWARD,
    gate: FORWARD,
    engines: FORWARD,
    'set-apart': FORWARD,
    commit: FORWARD,
    'restart-policy': FORWARD,
    thaw: FORWARD,
  },
  restore: {
    preflight: BACK,
    unpack: BACK,
    'set-aside': BACK,
    prepare: BACK,
    stop: BACK,
    delta: BACK,
    start: BACK,
    gate: BACK,
    commit: { intent: 'go-back', done: 'go-forward' },
    'restart-policy': FORWARD,
  },
  move: {
    preflight: BACK,
    'pre-copy': BACK,
    prepare: BACK,
    stop: BACK,
    delta: BACK,
    'set-owner': BACK,
    start: BACK,
    gate: BACK,
    commit: { intent: 'go-back', done: 'go-forward' },
    'restart-policy': FORWARD,
  },
  change: {
    preflight: BACK,
    pull: BACK,
    prepare: BACK,
    stop: BACK,
    start: BACK,
    gate: BACK,
    engines: BACK,
    commit: { intent: 'go-back', done: 'go-forward' },
    'restart-policy': FORWARD,
  },
  'legacy-rollback': {
    preflight: BACK,
    'pre-copy': BACK,
    prepare: BACK,
    stop: BACK,
    delta: BACK,
    start: BACK,
    legacy: BACK,
    gate: BACK,
    followed: BACK,
    commit: { intent: 'go-back', done: 'go-forward' },
    'restart-policy': FORWARD,
  },
  rehearsal: {
    preflight: BACK,
    pull: BACK,
    clone: BACK,
    isolate: BACK,
    prepare: BACK,
    start: BACK,
    gate: BACK,
    'clean-up': FORWARD,
  },
  repair: {
    preflight: BACK,
    recreate: FORWARD,
    'set-right': FORWARD,
    revive: FORWARD,
    gate: FORWARD,
    'restart-policy': FORWARD,
  },
};

/**
 * After this many recoveries of one operation that got no further, a daemon stops trying and asks for attention. Many
 * more than what kills at random do to one step on a busy machine, few enough for what brings the daemon down each time.
 */
export const MAX_RECOVERIES = 25;

/** How many tries this recovery makes since one got further: 1 where it is the first, or the last one did. */
export function triesWithoutProgress(
  before: OperationFacts['recovery'],
  entries: readonly JournalEntry[],
): Required<OperationFacts>['recovery'] {
  // What is done anew each time counts once, so that an operation cannot go on for ever.
  const settled = new Set(
    entries
      .filter(({ phase }) => phase === 'done' || phase === 'reverted')
      .map(({ step, phase }) => `${step}:${phase}`),
  ).size;
  return { settled, tries: before && before.settled >= settled ? before.tries + 1 : 1 };
}

const REVERTING: readonly EntryPhase[] = ['revert-intent', 'reverted', 'revert-failed'];

/** What to do with an unfinished operation, by what the journal says of it. */
export function decideRecovery(kind: OperationKind, entries: readonly JournalEntry[]): RecoveryDecision {
  const last = entries.at(-1);
  if (!last || REVERTING.includes(last.phase)) return 'go-back';
  const decisions = RECOVERY_TABLE[kind][last.step];
  if (!decisions) throw new Error(`the recovery table has no row for step ${last.step} of ${kind}`);
  return last.phase === 'done' ? decisions.done : decisions.intent;
}

/** Steps that were begun, and not yet taken back by an earlier try. */
export function stepsToRevert(entries: readonly JournalEntry[]): Set<string> {
  const names = new Set<string>();
  for (const { step, phase } of entries) {
    if (phase === 'intent') names.add(step);
    if (phase === 'reverted') names.delete(step);
  }
  return names;
}
