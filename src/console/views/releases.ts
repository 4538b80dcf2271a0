import type { ReleaseView, VersionsView } from '../../api/contract/release-views.ts';
import { formatAge, formatDate } from '../../shell/format.ts';
import { type Child, h } from '../element.ts';
import { icon } from '../icon.ts';
import { buildOf, dataOf, RELEASE_STATES } from '../words.ts';

export interface ReleaseActions {
  rollBack: (release: ReleaseView) => void;
  /** Null where all are shown. */
  showOlder: (() => void) | null;
}

/** Every release, newest first. On a narrow screen each becomes a card. */
export function releasesPanel(
  releases: readonly ReleaseView[],
  nowMs: number,
  { rollBack, showOlder }: ReleaseActions,
): HTMLElement {
  const heads = ['Version', 'Status', 'Created', 'Data', 'Build'];
  return h(
    'section',
    { class: 'panel releases', 'data-key': 'releases', 'aria-labelledby': 'releases-title' },
    h('h2', { id: 'releases-title' }, 'Releases'),
    h(
      'table',
      { role: 'table' },
      h(
        'thead',
        { role: 'rowgroup' },
        h(
          'tr',
          { role: 'row' },
          heads.map((head) => h('th', { role: 'columnheader', scope: 'col' }, head)),
          h('th', { role: 'columnheader', scope: 'col' }, h('span', { class: 'unseen' }, 'Action')),
        ),
      ),
      h(
        'tbody',
        { role: 'rowgroup' },
        releases.map((release) => row(release, nowMs, rollBack)),
      ),
    ),
    showOlder && h('button', { type: 'button', class: 'button', onclick: showOlder }, 'Show older releases'),
  );
}

/** Why there are several of one version. */
const CAME_BY: Partial<Record<ReleaseView['origin'], string>> = {
  rollback: 'by rollback',
  promotion: 'by promotion',
  restore: 'by restore',
  change: 'by a change',
};

function row(release: ReleaseView, nowMs: number, rollBack: (release: ReleaseView) => void): HTMLElement {
  const { id, version, created, by, status, origin, note } = release;
  const { text, mood } = RELEASE_STATES[status];
  return h(
    'tr',
    { role: 'row', 'data-key': id, class: `release release-${status}` },
    h(
      'th',
      { role: 'rowheader', scope: 'row' },
      h('span', { class: 'version' }, version),
      h('span', { class: 'id' }, id),
    ),
    cell(
      'Status',
      h('span', { class: `badge mood-${mood}` }, status === 'active' && icon('done'), text),
      origin in CAME_BY && h('span', { class: 'quiet' }, CAME_BY[origin] ?? ''),
    ),
    cell(
      'Created',
      h('time', { datetime: created, title: formatDate(created) }, formatAge(created, nowMs)),
      h('span', { class: 'quiet' }, `by ${by}`),
    ),
    cell('Data', dataOf(release), note && h('span', { class: 'quiet note' }, `Note by ${note.by}: ${note.text}`)),
    cell('Build', h('code', {}, buildOf(release))),
    h(
      'td',
      { role: 'cell', class: 'action' },
      status !== 'active' &&
        status !== 'failed' &&
        h(
          'button',
          {
            type: 'button',
            class: 'button',
            onclick: () => rollBack(release),
            'aria-label': `Roll back to ${version}, ${id}`,
          },
          icon('back'),
          'Roll back',
        ),
    ),
  );
}

const cell = (head: string, ...children: Child[]): HTMLElement =>
  h(
    'td',
    { role: 'cell' },
    h('span', { class: 'cell-head', 'aria-hidden': 'true' }, head),
    h('span', { class: 'cell' }, children),
  );

/** The versions that are newer than the one that runs. */
export function versionsPanel(view: VersionsView, upgrade: (version: string) => void): HTMLElement {
  const { versions, registryProblem } = view;
  const newer = versions.slice(
    0,
    Math.max(
      0,
      versions.findIndex(({ active }) => active),
    ),
  );
  return h(
    'section',
    { class: 'panel versions', 'data-key': 'versions', 'aria-labelledby': 'versions-title' },
    h('h2', { id: 'versions-title' }, 'Newer versions'),
    registryProblem !== null && h('p', { class: 'mood-warn' }, registryProblem),
    newer.length === 0 &&
      h('p', { class: 'quiet' }, registryProblem === null ? 'You run the newest version.' : 'None is known.'),
    h(
      'ul',
      { class: 'entries' },
      newer.map((each) => versionItem(each, upgrade)),
    ),
  );
}

function versionItem(each: VersionsView['versions'][number], upgrade: (version: string) => void): HTMLElement {
  const { version, quarantined, here, inRegistry, inMirror } = each;
  const place = here
    ? 'here already'
    : inMirror
      ? 'in your own registry'
      : inRegistry
        ? 'in the registry'
        : 'not to be had';
  return h(
    'li',
    { class: 'version-item', 'data-key': version },
    h('div', {}, h('span', { class: 'version' }, version), h('span', { class: 'quiet' }, place)),
    quarantined === null
      ? h(
          'button',
          { type: 'button', class: 'button', onclick: () => upgrade(version), 'aria-label': `Upgrade to ${version}` },
          icon('up'),
          'Upgrade',
        )
      : h('span', { class: 'badge mood-bad' }, icon('attention'), 'Quarantined'),
    quarantined !== null && h('p', { class: 'quiet' }, quarantined),
  );
}
