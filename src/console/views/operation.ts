import type { OperationView } from '../../api/contract/operation-views.ts';
import { formatAge, formatDuration } from '../../shell/format.ts';
import { type Child, h } from '../element.ts';
import { icon } from '../icon.ts';
import { OPERATION_STATES, outcomeOf, titleOf } from '../words.ts';
import { nodeList } from './nodes.ts';
import { stepList } from './steps.ts';

export interface OperationActions {
  close: () => void;
  extend: () => void;
  abort: () => void;
}

/** The operation that runs, or that has ended before the reader's eyes. */
export function operationPanel(operation: OperationView, nowMs: number, actions: OperationActions): HTMLElement {
  const { state, startedAt, endedAt } = operation;
  const { mood, icon: mark } = OPERATION_STATES[state];
  const isRunning = state === 'running';
  const tookMs = (endedAt === null ? nowMs : Date.parse(endedAt)) - Date.parse(startedAt);
  return h(
    'section',
    { class: `panel operation mood-${mood}`, 'data-key': 'operation', 'aria-labelledby': 'operation-title' },
    h(
      'header',
      { class: 'panel-head' },
      h('h2', { id: 'operation-title', tabindex: -1 }, icon(mark), titleOf(operation)),
      h(
        'p',
        { class: 'facts' },
        h('span', {}, `${formatDuration(tookMs)} by ${operation.by}`),
        downtimeText(operation, nowMs),
      ),
    ),
    isRunning && operation.reason !== null && h('p', {}, operation.reason),
    stepList(operation, nowMs),
    nodeList(operation),
    isRunning
      ? [
          h('p', { class: 'quiet' }, 'It goes on by itself, also when you close this page.'),
          interventions(operation, actions),
        ]
      : h(
          'div',
          { class: 'outcome' },
          endOf(operation),
          h('button', { type: 'button', class: 'button', onclick: actions.close }, 'Close'),
        ),
  );
}

function interventions({ can, from }: OperationView, { extend, abort }: OperationActions): Child {
  if (can.length === 0) return null;
  const button = (text: string, onclick: () => void) => h('button', { type: 'button', class: 'button', onclick }, text);
  return h(
    'div',
    { class: 'buttons' },
    can.includes('extend') && button('Give it 10 more minutes', extend),
    can.includes('abort') && button(`Abort, and go on with ${from}…`, abort),
  );
}

function downtimeText({ downSince, downtimeMs }: OperationView, nowMs: number): Child {
  if (downSince !== null) {
    return h('strong', { class: 'down' }, `down for ${formatDuration(nowMs - Date.parse(downSince))}`);
  }
  return downtimeMs !== null && h('span', {}, `down for ${formatDuration(downtimeMs)}`);
}

/** How it ended, why, and what the container that failed has said last. */
function endOf(operation: OperationView): Child {
  const { state, reason, hint, logTail, to } = operation;
  if (state === 'running') return null;
  return [
    h('p', { class: 'sentence' }, outcomeOf(operation)),
    reason !== null && h('p', {}, h('strong', {}, state === 'succeeded' ? 'Because: ' : 'Why: '), reason),
    hint !== null && h('p', { class: 'quiet' }, hint),
    logTail.length > 0 &&
      h(
        'figure',
        { class: 'log' },
        h('figcaption', {}, `The last lines of the log of ${to}`),
        h('pre', { tabindex: 0 }, logTail.slice(-10).join('\n')),
      ),
  ];
}

/** What was done, the latest first; each opens to its reason and its steps. */
export function historyPanel(operations: readonly OperationView[], nowMs: number, onMore: (() => void) | null) {
  return h(
    'section',
    { class: 'panel history', 'data-key': 'history', 'aria-labelledby': 'history-title' },
    h('h2', { id: 'history-title' }, 'History'),
    operations.length === 0 && h('p', { class: 'quiet' }, 'Nothing was upgraded or rolled back yet.'),
    h(
      'ul',
      { class: 'entries' },
      operations.map((operation) => entry(operation, nowMs)),
    ),
    onMore && h('button', { type: 'button', class: 'button', onclick: onMore }, 'Show more'),
  );
}

function entry(operation: OperationView, nowMs: number): HTMLElement {
  const { id, state, by, startedAt, endedAt } = operation;
  const { text, mood, icon: mark } = OPERATION_STATES[state];
  return h(
    'li',
    { 'data-key': id },
    h(
      'details',
      {},
      h(
        'summary',
        {},
        h('span', { class: `badge mood-${mood}` }, icon(mark), text),
        h('span', { class: 'entry-title' }, titleOf(operation)),
        h('span', { class: 'quiet' }, `${formatAge(endedAt ?? startedAt, nowMs)} by ${by}`),
      ),
      h('div', { class: 'entry-body' }, endOf(operation), stepList(operation, nowMs), nodeList(operation)),
    ),
  );
}
