import { isUp, servicesInShort } from '../../api/contract/services-in-short.ts';
import type { ServiceView, SystemView } from '../../api/contract/system-views.ts';
import { formatAge } from '../../shell/format.ts';
import { type Child, h } from '../element.ts';
import { icon } from '../icon.ts';
import { SYSTEM_STATES } from '../words.ts';

/** What runs, how it is, and what needs somebody. */
export function systemPanel(system: SystemView, nowMs: number): HTMLElement {
  const { appliance, title, version, state, since, banner } = system;
  const { text, mood, icon: mark } = SYSTEM_STATES[state];
  return h(
    'section',
    { class: 'panel system', 'data-key': 'system', 'aria-labelledby': 'system-title' },
    h(
      'h1',
      { id: 'system-title', tabindex: -1 },
      h('span', { class: 'name' }, title ?? appliance),
      ' ',
      h('span', { class: 'version' }, version),
    ),
    h(
      'p',
      { class: 'state' },
      h('span', { class: `badge large mood-${mood}` }, icon(mark), text),
      state === 'running' && since !== null && h('span', { class: 'quiet' }, `started ${formatAge(since, nowMs)}`),
    ),
    banner.length > 0 && h('p', { class: 'quiet banner' }, banner.join(' ')),
    serviceList(system),
    // A panel of its own asks for that, with the time that is left.
    attentionList(system.attention.filter(({ code }) => code !== 'unconfirmed')),
  );
}

/**
 * Of one service that is up there is nothing to say. While an operation changes them, its own steps say how far they are:
 * that those it has turned off are off would only alarm.
 */
function serviceList({ services, state }: SystemView): Child {
  if (SYSTEM_STATES[state].mood === 'busy' && state !== 'rehearsing') return null;
  if (services.length < 2 && services.every(isUp)) return null;
  const { shown, engines } = servicesInShort(services);
  return h(
    'ul',
    { class: 'services', 'aria-label': 'Services' },
    shown.map((service) => serviceItem(service)),
    engines && h('li', { 'data-key': 'all' }, engines),
  );
}

function serviceItem(service: ServiceView): HTMLElement {
  const { name, state, health } = service;
  return h(
    'li',
    { 'data-key': name },
    icon(isUp(service) ? 'done' : 'attention'),
    h('span', {}, name),
    h('span', { class: 'quiet' }, health === 'none' ? state : `${state}, ${health}`),
  );
}

const LEVELS = {
  note: { word: 'Note', mood: 'calm' },
  warning: { word: 'Attention', mood: 'warn' },
  alarm: { word: 'Alarm', mood: 'bad' },
};

/** Each with its remedy. */
function attentionList(attention: SystemView['attention']): Child {
  if (attention.length === 0) return null;
  return h(
    'ul',
    { class: 'attention', 'aria-label': 'What needs attention' },
    attention.map(({ message, hint, level = 'warning' }) =>
      h(
        'li',
        { class: `mood-${LEVELS[level].mood}`, 'data-key': message },
        icon('attention', LEVELS[level].word),
        h('div', {}, h('p', {}, message), hint !== null && h('p', { class: 'quiet' }, hint)),
      ),
    ),
  );
}
