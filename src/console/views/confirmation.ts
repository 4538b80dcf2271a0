import { countdownText } from '../../api/contract/duration-text.ts';
import type { ConfirmationView } from '../../api/contract/running-views.ts';
import { h } from '../element.ts';

export interface ConfirmationActions {
  confirm: () => void;
  goBack: () => void;
}

/** What goes back by itself, in how long, and the two ways to decide it. */
export function confirmationPanel(
  { version, backTo, windowMs }: ConfirmationView,
  leftMs: number,
  { confirm, goBack }: ConfirmationActions,
): HTMLElement {
  return h(
    'section',
    { class: 'panel confirmation mood-warn', 'data-key': 'confirmation', 'aria-labelledby': 'confirmation-title' },
    h('h2', { id: 'confirmation-title', tabindex: -1 }, `Does ${version} work as it should?`),
    h(
      'p',
      {},
      `Unless you confirm it, the system goes back to ${backTo} by itself, with its data, in `,
      h('strong', { role: 'timer', class: 'countdown' }, countdownText(leftMs)),
      '.',
    ),
    h('progress', { max: windowMs, value: Math.max(0, leftMs), 'aria-label': 'Time left' }),
    h(
      'div',
      { class: 'buttons' },
      h('button', { type: 'button', class: 'button primary', onclick: confirm }, `Confirm ${version}`),
      h('button', { type: 'button', class: 'button', onclick: goBack }, `Go back to ${backTo}`),
    ),
  );
}
