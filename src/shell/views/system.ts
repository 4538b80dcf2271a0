import type { VersionsView } from '../../api/contract/release-views.ts';
import { servicesInShort } from '../../api/contract/services-in-short.ts';
import type { ApplianceView, ContainerView, SystemView } from '../../api/contract/system-views.ts';
import { formatAge, formatMoment } from '../format.ts';
import type { Paint } from '../paint.ts';
import { wrap } from '../width.ts';
import { confirmationText } from './confirmation.ts';
import { fields } from './fields.ts';
import { stateWords } from './operation.ts';
import { table } from './table.ts';

interface Screen {
  width: number;
  nowMs: number;
  paint: Paint;
}

function paintSystem(text: string, state: string, paint: Paint): string {
  if (state === 'running') return paint.good(text);
  return state === 'down' || state === 'needs-attention' ? paint.bad(text) : paint.warn(text);
}

export function systemLines(system: SystemView, { width, nowMs, paint }: Screen): string[] {
  const { lastOperation: last } = system;
  const since = system.since ? `, since ${formatMoment(system.since, nowMs)} (${formatAge(system.since, nowMs)})` : '';
  const head = fields(
    [
      { name: 'Appliance', value: system.title ? `${system.appliance}, ${system.title}` : system.appliance },
      { name: 'Version', value: `${system.version} (${system.release})` },
      { name: 'State', value: `${system.state}${since}`, colour: (text) => paintSystem(text, system.state, paint) },
      {
        name: 'Confirm',
        value: confirmationText(system.confirmation, nowMs),
        colour: paint.warn,
      },
      {
        name: 'Last',
        value: last
          ? `${last.kind} to ${last.to} ${stateWords[last.state]}, ${formatAge(last.endedAt ?? last.startedAt, nowMs)}`
          : null,
      },
      { name: 'Engine', value: `${system.engine.product}, ${system.engine.rootDir}` },
      {
        name: 'Daemon',
        value: `Belay ${system.daemon.version}, process ${system.daemon.pid}, started ${formatAge(system.daemon.startedAt, nowMs)}`,
      },
    ],
    width,
    paint,
  );
  const { shown, engines } = servicesInShort(system.services);
  const services = table(
    shown,
    [
      { title: 'SERVICE', value: (each) => each.name, least: 8 },
      { title: 'ROLE', value: (each) => each.role, dispensable: 4 },
      { title: 'STATE', value: (each) => each.state, colour: (text, each) => paintSystem(text, each.state, paint) },
      { title: 'HEALTH', value: (each) => (each.health === 'none' ? '' : each.health), dispensable: 2 },
      {
        title: 'IMAGE',
        value: ({ image, awaits }) => (awaits ? `${image} (${awaits.image.split(':').at(-1)} waits)` : image),
        least: 12,
        keeps: 'end',
        dispensable: 1,
      },
      { title: 'CONTAINER', value: (each) => each.containerName, least: 8, dispensable: 5 },
      { title: 'PORTS', value: (each) => each.ports.join(', '), least: 18, keeps: 'end', dispensable: 3 },
      { title: 'RESTART', value: (each) => each.restartPolicy, dispensable: 6 },
    ],
    width,
    paint,
  );
  const attention = attentionLines(system.attention, { width, paint });
  const counted = engines === null ? [] : wrap(`${engines}: show serviceengines`, width).map(paint.faint);
  return [...head, '', ...services, ...counted, ...(attention.length > 0 ? ['', ...attention] : [])];
}

/** What needs somebody, each with its remedy. */
export function attentionLines(
  attention: SystemView['attention'],
  { width, paint }: Pick<Screen, 'width' | 'paint'>,
): string[] {
  const colours = { note: paint.faint, warning: paint.warn, alarm: paint.bad };
  return attention.flatMap(({ message, hint, level = 'warning' }) => [
    ...wrap(`! ${message}`, width).map(colours[level]),
    ...(hint === null ? [] : wrap(hint, width, 2)),
  ]);
}

type Version = VersionsView['versions'][number];

const isRefused = ({ takes }: Version): boolean => takes === 'below-floor' || takes === 'quarantined';
const takesText = ({ takes }: Version): string => (takes === 'below-floor' ? 'below floor' : (takes ?? ''));

export function versionTable({ versions, repository, registryProblem }: VersionsView, screen: Screen): string[] {
  const { width, nowMs, paint } = screen;
  const problem = registryProblem === null ? [] : wrap(`! ${registryProblem}`, width).map(paint.warn);
  if (versions.length === 0) return [...problem, `No version of ${repository} was found.`];
  const place = (each: Version): string =>
    [each.inRegistry ? 'registry' : '', each.inMirror ? 'mirror' : '', each.here ? 'here' : '']
      .filter((text) => text !== '')
      .join(', ');
  const rows = table(
    versions,
    [
      { title: 'VERSION', value: (each) => each.version, least: 10 },
      { title: 'UPDATED', value: (each) => (each.updated ? formatAge(each.updated, nowMs) : ''), dispensable: 2 },
      { title: 'STATUS', value: ({ active }) => (active ? 'active' : ''), colour: paint.good },
      { title: 'TAKES', value: takesText, colour: (text, each) => (isRefused(each) ? paint.bad(text) : text) },
      { title: 'WHERE', value: place, dispensable: 1 },
      { title: 'RELEASES', value: (each) => each.releases.join(', '), least: 11, dispensable: 3 },
    ],
    width,
    paint,
  );
  const kept = versions.flatMap(({ quarantined }) => (quarantined ? wrap(quarantined, width) : []));
  return [...problem, paint.faint(repository), ...rows, ...(kept.length > 0 ? ['', ...kept] : [])];
}

export function containerTable(containers: readonly ContainerView[], { width, paint }: Screen): string[] {
  if (containers.length === 0) return ['There is no container on this host.'];
  return table(
    containers,
    [
      { title: 'NAME', value: (each) => each.name, least: 10 },
      { title: 'IMAGE', value: (each) => each.image, least: 12, keeps: 'end', dispensable: 1 },
      {
        title: 'STATUS',
        value: (each) => each.status,
        colour: (text, each) => (each.running ? paint.good(text) : text),
        least: 8,
      },
      { title: 'APPLIANCE', value: (each) => each.appliance ?? 'can be adopted', least: 8 },
      { title: 'ID', value: (each) => each.id.slice(0, 12), dispensable: 2 },
    ],
    width,
    paint,
  );
}

export function applianceTable(appliances: readonly ApplianceView[], { width, nowMs, paint }: Screen): string[] {
  if (appliances.length === 0)
    return ['Belay looks after nothing yet.', 'Next: adopt CONTAINER (see: show containers)'];
  return table(
    appliances,
    [
      { title: 'APPLIANCE', value: (each) => each.name, least: 8 },
      { title: 'VERSION', value: (each) => each.version, least: 8 },
      { title: 'RELEASE', value: (each) => each.release },
      { title: 'ADOPTED', value: (each) => formatAge(each.created, nowMs), dispensable: 1 },
    ],
    width,
    paint,
  );
}
