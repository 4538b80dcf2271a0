import type { OperationView, StepView } from '../../api/contract/operation-views.ts';
import { formatBytes, formatDuration } from '../../shell/format.ts';
import { h } from '../element.ts';
import { icon } from '../icon.ts';
import { STEP_STATES } from '../words.ts';

/** One line for each step, with its mark, what it does, how far it is and how long it took. */
export function stepList({ steps }: OperationView, nowMs: number): HTMLElement {
  return h(
    'ol',
    { class: 'steps' },
    steps.map((step) => stepItem(step, nowMs)),
  );
}

function stepItem(step: StepView, nowMs: number): HTMLElement {
  const { status, title, progress, detail } = step;
  const state = STEP_STATES[status];
  const isUnderWay = status === 'running' || status === 'reverting';
  return h(
    'li',
    { class: `step step-${status}`, 'data-key': step.name, 'aria-current': isUnderWay && 'step' },
    icon(state.icon, state.text),
    h('span', { class: 'step-title' }, title),
    h('span', { class: 'step-time' }, timeOf(step, nowMs)),
    isUnderWay && progress !== null && progressBar(step, progress),
    detail !== null && detail !== '' && h('span', { class: 'step-detail' }, detail),
  );
}

function progressBar({ title, doneBytes, totalBytes }: StepView, progress: number): HTMLElement {
  const amount = doneBytes !== null && totalBytes !== null && `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`;
  return h(
    'span',
    { class: 'step-progress' },
    h('progress', { max: 1, value: Math.round(progress * 1000) / 1000, 'aria-label': title }),
    amount && h('span', {}, amount),
  );
}

function timeOf({ status, startedAt, endedAt }: StepView, nowMs: number): string {
  if (startedAt === null || status === 'pending' || status === 'skipped') return '';
  return formatDuration((endedAt === null ? nowMs : Date.parse(endedAt)) - Date.parse(startedAt));
}
