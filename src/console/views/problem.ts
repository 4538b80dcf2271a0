import type { ApiError } from '../api.ts';
import { h } from '../element.ts';
import { problemText } from '../question.ts';

const TITLES = {
  'nothing is known': 'The system cannot be shown',
  'not done': 'That was not done',
  'not learnt': 'This page could not be brought up to date',
};

/** What the daemon has said no to, or has not answered, above what is known. */
export const problemPanel = (problem: ApiError, kind: keyof typeof TITLES): HTMLElement =>
  h(
    'section',
    { class: 'panel', role: 'alert', 'data-key': 'problem', 'aria-labelledby': 'problem-title' },
    h('h2', { id: 'problem-title' }, TITLES[kind]),
    problemText(problem),
  );

export const emptyPanel = (): HTMLElement =>
  h(
    'section',
    { class: 'panel', 'data-key': 'empty', 'aria-labelledby': 'empty-title' },
    h('h1', { id: 'empty-title' }, 'Belay looks after nothing yet'),
    h('p', {}, 'Take over a running container, on the appliance: ', h('code', {}, 'belay adopt CONTAINER')),
  );
