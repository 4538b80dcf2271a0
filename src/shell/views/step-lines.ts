import type { OperationView, StepView } from '../../api/contract/operation-views.ts';
import { formatBytes, formatDuration } from '../format.ts';
import type { Paint } from '../paint.ts';
import { cut, pad, widthOf, wrap } from '../width.ts';

export interface StepsDrawing {
  width: number;
  /** At most so many lines; steps that are over or have not begun are put together where it is too few. */
  height: number;
  nowMs: number;
  /** Stands where the running step's mark is. */
  spinner: string;
  /** Bytes per second of a running step; null where not known. */
  rateOf: (step: StepView) => number | null;
  /** A running step's throughput of the last seconds as a sparkline; '' where not known. */
  sparklineOf?: (step: StepView) => string;
  paint: Paint;
}

const TIME_COLUMNS = 8;

/** One line per step, with the running step's detail below it. */
export function stepLines(operation: OperationView, drawing: StepsDrawing): string[] {
  const { steps } = operation;
  const widest = Math.max(0, ...steps.map(({ title }) => widthOf(title)));
  const titleColumns = Math.max(10, Math.min(widest, drawing.width - 3 - TIME_COLUMNS - 1));
  const groups = steps.map((step) => linesOfStep(step, operation, titleColumns, drawing));
  if (groups.flat().length <= drawing.height) return groups.flat();
  return inside(steps, groups, drawing);
}

function linesOfStep(step: StepView, operation: OperationView, titleColumns: number, drawing: StepsDrawing): string[] {
  const { paint, width } = drawing;
  const active = step.status === 'running' || step.status === 'reverting';
  const title = pad(cut(step.title, titleColumns), titleColumns);
  const time = pad(timeOf(step, drawing.nowMs), TIME_COLUMNS, 'right');
  const start = ` ${markOf(step, drawing)} ${step.status === 'pending' ? paint.faint(title) : title} ${paint.faint(time)}`;
  const { line, missing } = withExtras(start, active ? extrasOf(step, operation, drawing) : [], width);
  const said = step.status === 'reverted' ? null : step.detail;
  // The downtime is the one thing that nobody may miss: it gets a line of its own where there is no room.
  const down = missing && operation.downSince !== null ? [`   ${missing}`] : [];
  if (said === null) return [line, ...down];
  const details = active ? [cut(said, width - 4)] : wrap(said, width - 4).slice(0, 4);
  const colour = step.status === 'failed' ? paint.bad : paint.faint;
  return [line, ...down, ...details.map((each) => `   ${colour(each)}`)];
}

export function markOf({ status }: StepView, { paint, spinner }: StepsDrawing): string {
  switch (status) {
    case 'pending':
      return paint.faint('·');
    case 'running':
      return paint.accent(spinner);
    case 'reverting':
      return paint.warn(spinner);
    case 'done':
      return paint.good('✔');
    case 'failed':
      return paint.bad('✖');
    case 'reverted':
      return paint.warn('↩');
    case 'skipped':
      return paint.faint('–');
  }
}

export function timeOf(step: StepView, nowMs: number): string {
  if (step.startedAt === null || step.status === 'pending' || step.status === 'skipped') return '';
  const endMs = step.endedAt === null ? nowMs : Date.parse(step.endedAt);
  return formatDuration(endMs - Date.parse(step.startedAt));
}

/** How long the appliance has been down, or was; null where it never stopped serving. */
export function downtimeOf(operation: OperationView, nowMs: number): number | null {
  return operation.downSince === null ? operation.downtimeMs : Math.max(0, nowMs - Date.parse(operation.downSince));
}

/** Most important first. */
function extrasOf(step: StepView, operation: OperationView, drawing: StepsDrawing): string[] {
  const { paint } = drawing;
  const downMs = operation.downSince === null ? null : downtimeOf(operation, drawing.nowMs);
  const extras = downMs === null ? [] : [paint.warn(`downtime ${formatDuration(downMs)}`)];
  if (step.progress !== null) {
    extras.push(`${pad(String(Math.floor(step.progress * 100)), 3, 'right')} %`);
    extras.push(bar(step.progress, drawing.width >= 120 ? 24 : 12, paint));
  }
  if (step.doneBytes !== null && step.totalBytes !== null) {
    extras.push(`${formatBytes(step.doneBytes)} of ${formatBytes(step.totalBytes)}`);
  }
  const rate = drawing.rateOf(step);
  if (rate !== null && rate > 0) {
    const spark = drawing.sparklineOf?.(step) ?? '';
    extras.push(`${formatBytes(rate)}/s${spark.length > 2 && drawing.width >= 100 ? ` ${paint.accent(spark)}` : ''}`);
    if (step.doneBytes !== null && step.totalBytes !== null && step.totalBytes > step.doneBytes) {
      extras.push(paint.faint(`${formatDuration(((step.totalBytes - step.doneBytes) / rate) * 1000)} left`));
    }
  }
  return extras;
}

export function bar(fraction: number, columns: number, paint: Paint): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * columns);
  return paint.accent('█'.repeat(full)) + paint.faint('░'.repeat(columns - full));
}

/** As many as there is room for; `missing` is the first, where not even that one fits. */
function withExtras(start: string, extras: readonly string[], width: number): { line: string; missing: string | null } {
  let line = start;
  for (const [position, extra] of extras.entries()) {
    if (widthOf(line) + 3 + widthOf(extra) > width)
      return { line: line.trimEnd(), missing: position === 0 ? extra : null };
    line += `   ${extra}`;
  }
  return { line: line.trimEnd(), missing: null };
}

/** Keeps the middle, where things happen, and counts what is left out before and after. */
function inside(steps: readonly StepView[], groups: readonly string[][], { height, paint }: StepsDrawing): string[] {
  const found = steps.findIndex(({ status }) => status !== 'done' && status !== 'skipped');
  const focus = found < 0 ? steps.length - 1 : found;
  const room = Math.max(1, height - 2);
  let first = focus;
  let end = focus + 1;
  const size = (): number => groups.slice(first, end).flat().length;
  while (end < groups.length && size() + (groups[end]?.length ?? 0) <= room) end++;
  while (first > 0 && size() + (groups[first - 1]?.length ?? 0) <= room) first--;
  const before = first > 0 ? [paint.faint(` ✔ ${first} earlier step${first === 1 ? '' : 's'}`)] : [];
  const later = groups.length - end;
  const after = later > 0 ? [paint.faint(` · ${later} more step${later === 1 ? '' : 's'}`)] : [];
  return [...before, ...groups.slice(first, end).flat().slice(0, room), ...after].slice(0, Math.max(1, height));
}
