import type { ApiError } from '../api.ts';
import { h } from '../element.ts';
import { problemText } from '../question.ts';

/** What the daemon has said no to, above what is known; `isAll` where nothing is. */
export const problemPanel = (problem: ApiError, isAll: boolean): HTMLElement =>
  h(
    'section',
    { class: 'panel', role: 'alert', 'data-key': 'problem', 'aria-labelledby': 'problem-title' },
    h('h2', { id: 'problem-title' }, isAll ? 'The system cannot be shown' : 'That was not done'),
    problemText(problem),
  );

export const emptyPanel = (): HTMLElement =>
  h(
    'section',
    { class: 'panel', 'data-key': 'empty', 'aria-labelledby': 'empty-title' },
    h('h1', { id: 'empty-title' }, 'Belay looks after nothing yet'),
    h('p', {}, 'Take over a running container, on the appliance: ', h('code', {}, 'belay adopt CONTAINER')),
  );
