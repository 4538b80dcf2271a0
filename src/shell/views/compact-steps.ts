import type { OperationView, StepView } from '../../api/contract/operation-views.ts';
import { formatBytes, formatDuration } from '../format.ts';
import { cut } from '../width.ts';
import { bar, downtimeOf, markOf, type StepsDrawing, timeOf } from './step-lines.ts';

/** Narrower than this there is no room for a line with everything. */
export const COMPACT_COLUMNS = 60;

const plural = (count: number): string => `${count} step${count === 1 ? '' : 's'}`;
const isOver = ({ status }: StepView): boolean => status === 'done' || status === 'skipped' || status === 'reverted';

/** An operation that runs, on a narrow screen: what is over in a line, what runs in full, what is to come in a line. */
export function compactLines(operation: OperationView, drawing: StepsDrawing): string[] {
  const { paint, width, nowMs } = drawing;
  const over = operation.steps.filter(isOver);
  const active = operation.steps.filter(({ status }) => status === 'running' || status === 'reverting');
  const failed = operation.steps.filter(({ status }) => status === 'failed');
  const later = operation.steps.filter(({ status }) => status === 'pending');
  const downMs = operation.downSince === null ? null : downtimeOf(operation, nowMs);
  const lines = [
    ...(over.length > 0 ? [` ${paint.good('✔')} ${plural(over.length)} done`] : []),
    ...failed.map((step) => ` ${markOf(step, drawing)} ${cut(step.title, width - 3)}`),
    ...active.flatMap((step) => activeLines(step, drawing)),
    ...(downMs === null ? [] : [`   ${paint.warn(`downtime ${formatDuration(downMs)}`)}`]),
    ...(later.length > 0 ? [paint.faint(` · ${plural(later.length)} to come`)] : []),
  ];
  return lines.slice(0, Math.max(1, drawing.height));
}

function activeLines(step: StepView, drawing: StepsDrawing): string[] {
  const { paint, width } = drawing;
  const { progress, doneBytes, totalBytes } = step;
  const time = timeOf(step, drawing.nowMs);
  const lines = [` ${markOf(step, drawing)} ${cut(step.title, width - 5 - time.length)}  ${paint.faint(time)}`];
  if (progress !== null) {
    const percent = `${String(Math.floor(progress * 100)).padStart(3)} %`;
    lines.push(`   ${bar(progress, Math.min(24, width - 10), paint)} ${percent}`);
  }
  const rate = drawing.rateOf(step);
  if (doneBytes !== null && totalBytes !== null) {
    const left = rate ? `, ${formatDuration(((totalBytes - doneBytes) / rate) * 1000)} left` : '';
    lines.push(`   ${cut(`${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}${left}`, width - 3)}`);
  }
  if (step.detail !== null) lines.push(`   ${paint.faint(cut(step.detail, width - 4))}`);
  return lines;
}
