import { NOUNS } from '../../api/contract/doing.ts';
import { countdownText } from '../../api/contract/duration-text.ts';
import type { OperationView } from '../../api/contract/operation-views.ts';
import { formatAge, formatDuration, formatMoment } from '../format.ts';
import type { Paint } from '../paint.ts';
import { wrap } from '../width.ts';
import { confirmationText, interventionTexts } from './confirmation.ts';
import { fields } from './fields.ts';
import { hookLines } from './hooks.ts';
import { nextLines } from './next.ts';
import { nodeLines } from './nodes.ts';
import { rehearsalLines } from './rehearsal.ts';
import { downtimeOf, stepLines } from './step-lines.ts';
import { table } from './table.ts';

interface Screen {
  width: number;
  nowMs: number;
  paint: Paint;
}

/** `Upgrade of acme from 2.0.4 to 2.1.0`. */
export function titleOf({ kind, appliance, from, to }: OperationView): string {
  const what = `${NOUNS[kind]} of ${appliance}`;
  if (kind === 'install') return `${what} ${to}`;
  return ['repair', 'restore', 'move', 'change'].includes(kind) ? `${what}, on ${to}` : `${what} from ${from} to ${to}`;
}

/** A state as a person says it. */
export const stateWords: Record<OperationView['state'], string> = {
  running: 'running',
  succeeded: 'succeeded',
  'rolled-back': 'rolled back',
  failed: 'failed, nothing changed',
  'needs-attention': 'needs attention',
};

/** Good, bad, or on its way. */
export function paintState(text: string, state: OperationView['state'], paint: Paint): string {
  if (state === 'succeeded') return paint.good(text);
  if (state === 'running') return paint.accent(text);
  return state === 'rolled-back' ? paint.warn(text) : paint.bad(text);
}

/** How it ended: what runs now, for how long it was down, why, and what to type next. */
export function outcomeLines(operation: OperationView, { width, paint }: Screen): string[] {
  const { appliance, from, to, reason, state } = operation;
  if (state === 'running') return [];
  const down = operation.downtimeMs === null ? '' : ` It was down for ${formatDuration(operation.downtimeMs)}.`;
  if (state === 'succeeded' && operation.kind === 'repair') {
    const now = `${appliance} is as ${to} (${operation.toRelease}) says.`;
    return wrap(now, width).map((line) => paint.good(line));
  }
  if (operation.kind === 'rehearsal' && state !== 'needs-attention') return rehearsalLines(operation, { width, paint });
  if (state === 'succeeded') {
    const [next, command] = nextOf(operation);
    const now = `${appliance} now runs ${to} (${operation.toRelease}).${down}`;
    return [
      ...wrap(now, width).map((line) => paint.good(line)),
      ...unconfirmedLines(operation, width).map((line) => paint.warn(line)),
      ...nextLines([{ purpose: next, line: command }], { width, paint }),
    ];
  }
  const nothing = `Nothing is left of it: ${appliance} was not installed.`;
  const verdict: Record<Exclude<OperationView['state'], 'running' | 'succeeded'>, string> = {
    'rolled-back':
      operation.kind === 'install'
        ? nothing
        : operation.kind === 'change'
          ? `${appliance} is as it was before: ${from} (${operation.fromRelease}).${down}`
          : `${appliance} is back on ${from} (${operation.fromRelease}) with its data.${down}`,
    failed: operation.kind === 'install' ? nothing : `Nothing was changed: ${appliance} still runs ${from}.`,
    'needs-attention': `${appliance} needs your attention: Belay will not decide alone.`,
  };
  const colour = state === 'rolled-back' ? paint.warn : paint.bad;
  const lines = wrap(verdict[state], width).map(colour);
  if (reason) lines.push(...wrap(`Why: ${reason}`, width));
  if (operation.logTail.length > 0) {
    lines.push(`The last lines of the log of ${to}:`);
    lines.push(...operation.logTail.slice(-10).flatMap((line) => wrap(line, width, 2).slice(0, 6).map(paint.faint)));
  }
  const hint = operation.hint ?? (state === 'rolled-back' ? 'show upgrade status' : 'show upgrade history');
  lines.push(...wrap(`Next: ${hint}`, width));
  return lines;
}

function nextOf({ kind, from, fromRelease }: OperationView): [string, string] {
  if (kind === 'install') return ['To look at it', 'show system'];
  if (kind === 'rollback' || kind === 'legacy-rollback')
    return [`To return to ${from}`, `rollback system to ${fromRelease}`];
  if (kind === 'move') return ['To go back to where the data was', 'rollback system'];
  if (kind === 'change') return ['To go back to how it was before', 'rollback system'];
  return [kind === 'restore' ? 'To go back to the data that was set aside' : 'To go back', 'rollback system'];
}

function unconfirmedLines({ confirmation }: OperationView, width: number): string[] {
  if (confirmation?.state !== 'pending') return [];
  const left = countdownText(confirmation.leftMs ?? 0);
  return wrap(`It goes back to ${confirmation.backTo} by itself in ${left}. To keep it: confirm system`, width);
}

/** All that is known about one operation, as `show upgrade status` says it. */
export function operationLines(operation: OperationView | null, screen: Screen): string[] {
  if (operation === null) return ['Nothing was upgraded or rolled back yet.', 'Next: show versions'];
  const { width, nowMs, paint } = screen;
  const downMs = downtimeOf(operation, nowMs);
  const endedAt = operation.endedAt;
  const took = (endedAt ? Date.parse(endedAt) : nowMs) - Date.parse(operation.startedAt);
  const head = fields(
    [
      { name: 'State', value: stateWords[operation.state], colour: (text) => paintState(text, operation.state, paint) },
      { name: 'Operation', value: `${operation.id}, by ${operation.by}` },
      {
        name: 'Started',
        value: `${formatMoment(operation.startedAt, nowMs)}, ${formatAge(operation.startedAt, nowMs)}`,
      },
      { name: endedAt ? 'Took' : 'For', value: formatDuration(took) },
      { name: 'Downtime', value: downMs === null ? 'none' : formatDuration(downMs) },
      {
        name: 'Because',
        value: operation.state === 'running' || operation.state === 'succeeded' ? operation.reason : null,
      },
      { name: 'Changed', value: interventionTexts(operation, nowMs) },
      { name: 'Confirm', value: confirmationText(operation.confirmation, nowMs) },
      { name: 'Recovered', value: recoveriesText(operation.recoveries) },
    ],
    width,
    paint,
  );
  const steps = stepLines(operation, {
    width,
    height: Number.POSITIVE_INFINITY,
    nowMs,
    spinner: '▸',
    rateOf: () => null,
    paint,
  });
  const hooks = hookLines(operation, screen);
  const end =
    operation.state === 'running' ? ['To watch it: show upgrade status watch'] : outcomeLines(operation, screen);
  const nodes = nodeLines(operation, screen);
  return [paint.strong(titleOf(operation)), ...head, ...steps, ...nodes, ...hooks, ...end];
}

/** What there is to say about it: why it ended so, and what was done to it. */
function whyOf({ reason, interventions }: OperationView): string {
  const extended = interventions.filter(({ what }) => what === 'extend').map(({ by }) => `Extended by ${by}.`);
  return [...(reason === null ? [] : [reason]), ...extended].join(' ');
}

export function operationTable(operations: readonly OperationView[], { width, nowMs, paint }: Screen): string[] {
  if (operations.length === 0) return ['Nothing was upgraded or rolled back yet.', 'Next: show versions'];
  return table(
    operations,
    [
      { title: 'STARTED', value: (each) => formatAge(each.startedAt, nowMs) },
      { title: 'WHAT', value: (each) => each.kind },
      { title: 'FROM', value: (each) => each.from, least: 6 },
      { title: 'TO', value: (each) => each.to, least: 6 },
      {
        title: 'STATE',
        value: (each) => stateWords[each.state],
        colour: (text, each) => paintState(text, each.state, paint),
        least: 11,
      },
      {
        title: 'DOWNTIME',
        value: (each) => (each.downtimeMs === null ? 'none' : formatDuration(each.downtimeMs)),
        dispensable: 2,
      },
      { title: 'BY', value: (each) => each.by, least: 5, dispensable: 3 },
      { title: 'OPERATION', value: (each) => each.id, dispensable: 5 },
      { title: 'WHY', value: whyOf, least: 12, dispensable: 4 },
    ],
    width,
    paint,
  );
}

const recoveriesText = (times: number): string | null =>
  times === 0 ? null : `${times === 1 ? 'once' : `${times} times`} after a crash`;
