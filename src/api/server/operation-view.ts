import { sinceStopMs } from '../../domain/downtime.ts';
import { abortOf, abortRefusal, extendRefusal } from '../../domain/intervention.ts';
import { nodesAt } from '../../domain/nodes-at.ts';
import type { JournalEntry, Operation, OperationFacts, StepProgress, StepStatus } from '../../domain/operation.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { Journal } from '../../domain/ports/journal.ts';
import type { World } from '../../domain/ports/world.ts';
import { remedyOf } from '../../domain/stale-lock.ts';
import { failedEngines, failedEnginesText } from '../../sequences/engine-progress.ts';
import type { OperationView, StepView } from '../contract/operation-views.ts';
import { viewConfirmation } from './confirmation-view.ts';

type ProgressOf = (operation: string, step: string) => StepProgress;

/** An operation as people watch it: the journal's record, and how far the running steps are. */
export function viewOperation(
  world: Pick<World, 'journal' | 'clock'>,
  operation: Operation,
  progressOf: ProgressOf,
): OperationView {
  const { journal } = world;
  const entries = journal.entries(operation.id);
  const { facts } = operation;
  const running = operation.state === 'running';
  const to = versionOf(journal, operation.to);
  const downSinceMs =
    facts.servedUntilMs ??
    (facts.downtimeMs === undefined && !facts.withoutDowntime ? stoppedAtMs(facts, world.clock) : undefined);
  const steps = operation.steps.map(({ name, title }) => {
    const own = entries.filter(({ step }) => step === name);
    const view = viewStep({ name, title }, own, running, progressOf(operation.id, name));
    return { ...view, detail: view.detail ?? REMARKS[name]?.(operation.facts) ?? null };
  });
  const { cluster, nodes: noted = {} } = facts;
  return {
    id: operation.id,
    appliance: operation.appliance,
    kind: operation.kind,
    state: operation.state,
    from: versionOf(journal, operation.from),
    to,
    fromRelease: operation.from,
    toRelease: operation.to,
    by: operation.by,
    startedAt: operation.startedAt.toISOString(),
    endedAt: operation.endedAt?.toISOString() ?? null,
    reason: operation.reason ?? facts.because ?? null,
    hint: hintFor(operation, to),
    downtimeMs: facts.downtimeMs ?? null,
    downSince: running && downSinceMs !== undefined ? new Date(downSinceMs).toISOString() : null,
    logTail: facts.logTail ?? [],
    recoveries: operation.recoveries,
    steps,
    nodes: cluster ? nodesAt({ cluster, noted, steps, state: operation.state }) : [],
    rehearsal: rehearsalOf(operation),
    staleLock: facts.staleLock ?? null,
    hooks: facts.hookRuns ?? [],
    interventions: (facts.interventions ?? []).map(({ addedMs, ...each }) => ({ ...each, addedMs: addedMs ?? null })),
    can: running ? possible(operation, entries) : [],
    confirmation: viewConfirmation(world, operation.id),
  };
}

function possible(operation: Operation, entries: JournalEntry[]): OperationView['can'] {
  if (abortOf(operation.facts)) return [];
  const versions = { from: '', to: '' };
  const refusals = { extend: extendRefusal, abort: abortRefusal };
  return (['extend', 'abort'] as const).filter((what) => refusals[what](operation, entries, versions) === null);
}

/** By the wall clock as it is set now, which may not be how it was set then. */
function stoppedAtMs(facts: OperationFacts, clock: Clock): number | undefined {
  const elapsedMs = sinceStopMs(facts, clock);
  return elapsedMs === null ? undefined : clock.now().getTime() - elapsedMs;
}

/** What is worth saying of a step that went well. */
const REMARKS: Record<string, (facts: OperationFacts) => string | null> = {
  stop: ({ forcedStops = [] }) =>
    forcedStops.length > 0 ? `${forcedStops.join(', ')} did not heed its stop signal in time and was killed.` : null,
  start: madeAnew,
  engines: (facts) => {
    const failed = failedEnginesText(facts);
    return failed === '' ? null : `${failed} did not follow.`;
  },
  revive: madeAnew,
};

function madeAnew({ keptStuck = [] }: OperationFacts): string | null {
  if (keptStuck.length === 0) return null;
  return `The engine could not start a container again; it was made anew, and the old one is kept as ${keptStuck.join(', ')}.`;
}

/** What stopping takes is not known before: a second is what most servers need. */
const STOP_MS = 1_000;

function rehearsalOf({ facts }: Operation): OperationView['rehearsal'] {
  const { servingMs, levelMs = 0, isOfOneMoment = true } = facts.rehearsal ?? {};
  if (servingMs === undefined) return null;
  return { servingMs, expectedDowntimeMs: STOP_MS + levelMs + servingMs, isOfOneMoment };
}

const versionOf = (journal: Journal, release: string): string => journal.release(release)?.version ?? 'unknown';

function viewStep(
  step: { name: string; title: string },
  entries: JournalEntry[],
  operationRuns: boolean,
  progress: StepProgress,
): StepView {
  const status = statusOf(entries, operationRuns);
  const isUnderWay = status === 'running' || status === 'reverting';
  // A step that was taken back shows how long it took, not how long ago it was.
  const began = entries.findLast(({ phase }) => phase === (status === 'reverting' ? 'revert-intent' : 'intent'));
  const ended = entries.findLast(({ phase }) => phase === 'done' || phase === 'failed') ?? entries.at(-1);
  const failure = entries.findLast(({ phase }) => phase === 'failed' || phase === 'revert-failed');
  return {
    ...step,
    status,
    progress: isUnderWay ? progress.fraction : status === 'done' ? 1 : null,
    doneBytes: isUnderWay ? progress.doneBytes : null,
    totalBytes: isUnderWay ? progress.totalBytes : null,
    startedAt: began?.at.toISOString() ?? null,
    endedAt: isUnderWay ? null : (ended?.at.toISOString() ?? null),
    takenBackAt: entries.findLast(({ phase }) => phase === 'reverted')?.at.toISOString() ?? null,
    detail: isUnderWay ? progress.detail : status === 'done' ? null : (failure?.message ?? null),
  };
}

function statusOf(entries: JournalEntry[], operationRuns: boolean): StepStatus {
  const last = entries.at(-1);
  if (!last) return operationRuns ? 'pending' : 'skipped';
  switch (last.phase) {
    case 'intent':
      return operationRuns ? 'running' : 'failed';
    case 'done':
      return 'done';
    case 'failed':
    case 'revert-failed':
      return 'failed';
    case 'revert-intent':
      return 'reverting';
    case 'reverted':
      // The step that failed stays marked as such; the others are shown as taken back.
      return entries.some(({ phase }) => phase === 'failed') ? 'failed' : 'reverted';
  }
}

function hintFor(operation: Operation, to: string): string | null {
  switch (operation.state) {
    case 'needs-attention':
      if (operation.facts.staleLock) return remedyOf(operation.facts.staleLock);
      // What goes by itself is not taken along.
      return operation.kind !== 'legacy-rollback' &&
        failedEngines(operation.facts).length > 0 &&
        operation.reason === operation.facts.doubt
        ? 'When the cause is mended, to take them along: resume'
        : 'Look at what runs: show system';
    case 'rolled-back':
    case 'failed':
      if (abortOf(operation.facts)) return 'To try again, type the command again.';
      if (operation.facts.staleLock) return remedyOf(operation.facts.staleLock);
      if (operation.kind === 'upgrade' && operation.facts.disproved) {
        return `It is not offered again. When the cause is mended: upgrade system ${to} force`;
      }
      return 'When the cause is mended, type the command again.';
    default:
      return null;
  }
}
