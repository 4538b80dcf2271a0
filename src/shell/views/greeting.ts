import type { OperationView } from '../../api/contract/operation-views.ts';
import type { SystemView } from '../../api/contract/system-views.ts';
import { formatAge, formatMoment } from '../format.ts';
import type { Login } from '../last-login.ts';
import type { Paint } from '../paint.ts';
import { cut, wrap } from '../width.ts';
import { stateWords } from './operation.ts';

/** What somebody should know who has just come: what runs, what was done last, and when they were here before. */
export function greetingLines(
  system: SystemView,
  login: Login | null,
  { width, nowMs, paint }: { width: number; nowMs: number; paint: Paint },
): string[] {
  const { appliance, version, lastOperation } = system;
  const since = system.since ? `, up since ${formatMoment(system.since, nowMs)}` : '';
  const now = `${appliance} ${system.state === 'running' ? 'runs' : `is ${system.state.replace('-', ' ')} on`} ${version}${since}.`;
  const from = login?.from ? ` from ${login.from}` : '';
  return [
    ...system.banner.map((line) => cut(line, width)),
    ...wrap(now, width).map(paint.strong),
    ...(lastOperation ? wrap(`Last operation: ${summaryOf(lastOperation, nowMs)}.`, width) : []),
    ...(login ? wrap(`Last login: ${formatMoment(login.at, nowMs)}${from}.`, width) : []),
  ];
}

function summaryOf(operation: OperationView, nowMs: number): string {
  const { kind, to, state, by, endedAt, startedAt } = operation;
  return `${kind} to ${to} ${stateWords[state]}, ${formatAge(endedAt ?? startedAt, nowMs)}, by ${by}`;
}

/** For who leaves while something goes on. */
export function farewellLines(
  running: OperationView | null,
  { width, paint }: { width: number; paint: Paint },
): string[] {
  if (running === null) return [];
  const what = `The ${running.kind} of ${running.appliance} to ${running.to} goes on in the daemon.`;
  return [...wrap(what, width), `To see it again: ${paint.strong('show upgrade status watch')}`];
}
