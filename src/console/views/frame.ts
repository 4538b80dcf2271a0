import type { ApplianceView } from '../../api/contract/system-views.ts';
import { type Child, h } from '../element.ts';
import { icon } from '../icon.ts';
import type { Connection } from '../watch.ts';

export interface Frame {
  /** Null where nobody is signed in. */
  connection: Connection | null;
  appliances: readonly ApplianceView[];
  chosen: string | null;
  choose: (name: string) => void;
  tryNow: () => void;
  signOut: (() => void) | null;
}

/** What stands above everything: where one is, and whether what is shown is live. */
export function topBar({ connection, appliances, chosen, choose, tryNow, signOut }: Frame): Child {
  return [
    h(
      'div',
      { class: 'bar' },
      h('span', { class: 'brand' }, 'Belay'),
      appliances.length > 1 && chooser(appliances, chosen, choose),
      connection === 'live' && h('span', { class: 'live' }, h('span', { class: 'dot', 'aria-hidden': 'true' }), 'Live'),
      signOut && h('button', { type: 'button', class: 'button plain', onclick: signOut }, 'Sign out'),
    ),
    connection === 'lost' &&
      h(
        'div',
        { class: 'lost', 'data-key': 'lost' },
        icon('attention'),
        h('p', {}, h('strong', {}, 'Connection lost, trying again. '), 'What is shown may be old; what runs goes on.'),
        h('button', { type: 'button', class: 'button', onclick: tryNow }, 'Try now'),
      ),
  ];
}

function chooser(appliances: readonly ApplianceView[], chosen: string | null, choose: (name: string) => void): Child {
  return h(
    'label',
    { class: 'chooser' },
    h('span', {}, 'Appliance'),
    h(
      'select',
      { onchange: (event) => choose((event.target as HTMLSelectElement).value) },
      appliances.map(({ name, version }) =>
        h('option', { value: name, selected: name === chosen, 'data-key': name }, `${name}, ${version}`),
      ),
    ),
  );
}
