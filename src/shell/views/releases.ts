import type { ReleaseDetailView, ReleaseView } from '../../api/contract/release-views.ts';
import type { NextCommand } from '../context.ts';
import { formatAge, formatBytes, formatDate } from '../format.ts';
import type { Paint } from '../paint.ts';
import { fields } from './fields.ts';
import { table } from './table.ts';

interface Screen {
  width: number;
  nowMs: number;
  paint: Paint;
}

/** With less room than this, the table has short forms. */
const WIDE_COLUMNS = 100;
const BUILD_DIGITS = { short: 7, long: 12 };

/** The digits of an image's digest that are enough to tell it from others. */
export function buildOf({ digest }: Pick<ReleaseView, 'digest'>, digits = BUILD_DIGITS.long): string {
  return digest === null ? '' : digest.replace(/^[a-z0-9]+:/, '').slice(0, digits);
}

/** `live 1.2 GiB`, `instant 1.1 GiB`, `archived 300 MiB`, `gone`. */
function shortDataOf({ data }: ReleaseView): string {
  const state = data.state === 'frozen' ? 'instant' : data.state;
  return data.sizeBytes === null ? state : `${state} ${formatBytes(data.sizeBytes)}`;
}

const shortAge = (iso: string, nowMs: number): string =>
  formatAge(iso, nowMs)
    .replace(/ minutes? /, ' min ')
    .replace(/ seconds? /, ' s ');

/** `live, 1.2 GiB`, `1.1 GiB frozen`, `gone`. */
function dataOf({ data }: ReleaseView): string {
  const size = data.sizeBytes === null ? null : formatBytes(data.sizeBytes);
  switch (data.state) {
    case 'live':
      return size === null ? 'live' : `live, ${size}`;
    case 'frozen':
      return size === null ? 'instant, frozen' : `instant, ${size} frozen`;
    case 'archived':
      return size === null ? 'archived' : `archived, ${size}`;
    case 'gone':
      return 'gone';
    case 'none':
      return 'none';
  }
}

/** The status, with what a release came from where that says more than the status alone. */
function statusOf({ status, copyOf }: ReleaseView): string {
  return status === 'active' && copyOf ? `active, copy of ${copyOf}` : status;
}

function paintStatus(text: string, { status }: ReleaseView, paint: Paint): string {
  if (status === 'active') return paint.good(text);
  return status === 'failed' ? paint.bad(text) : text;
}

export function releaseTable(releases: readonly ReleaseView[], { width, nowMs, paint }: Screen): string[] {
  if (releases.length === 0) return ['There is no release yet.', 'Next: show containers'];
  const isWide = width >= WIDE_COLUMNS;
  return table(
    releases,
    [
      { title: 'ID', value: (each) => each.id },
      // One that has a note is marked, also where there is no room for it.
      { title: 'VERSION', value: (each) => `${each.version}${each.note ? '*' : ''}`, least: 8 },
      { title: 'CREATED', value: (each) => (isWide ? formatAge : shortAge)(each.created, nowMs), dispensable: 3 },
      {
        title: 'BUILD',
        value: (each) => buildOf(each, isWide ? BUILD_DIGITS.long : BUILD_DIGITS.short),
        dispensable: 5,
      },
      { title: 'BY', value: (each) => each.by, least: 5, dispensable: 4 },
      {
        title: 'STATUS',
        value: isWide ? statusOf : ({ status }) => status,
        colour: (text, each) => paintStatus(text, each, paint),
        least: 11,
      },
      { title: 'DATA', value: isWide ? dataOf : shortDataOf, least: 8, dispensable: 2 },
      ...(isWide && releases.some(({ note }) => note)
        ? [{ title: 'NOTE', value: (each: ReleaseView) => each.note?.text ?? '', least: 10, dispensable: 6 }]
        : []),
    ],
    width,
    paint,
  );
}

export function releaseLines(release: ReleaseDetailView, { width, nowMs, paint }: Screen): string[] {
  const head = fields(
    [
      { name: 'Version', value: release.version },
      { name: 'Status', value: release.status, colour: (text) => paintStatus(text, release, paint) },
      {
        name: 'Created',
        value: `${formatDate(release.created)}, ${formatAge(release.created, nowMs)}, by ${release.by}`,
      },
      { name: 'Origin', value: originOf(release) },
      { name: 'Data', value: [`${dataOf(release)} (${release.slot})`, ...(release.archive ? [release.archive] : [])] },
      { name: 'Frozen', value: release.data.frozenAt ? formatDate(release.data.frozenAt) : null },
      { name: 'Note', value: release.note && [release.note.text, noteSource(release.note, nowMs)] },
    ],
    width,
    paint,
  );
  const services = release.services.flatMap((service) => [
    '',
    `${paint.strong(service.name)} ${paint.faint(`(${service.role})`)}`,
    ...fields(
      [
        { name: 'Image', value: service.image },
        { name: 'Digest', value: service.digest },
        { name: 'Container', value: service.containerId?.slice(0, 12) ?? withoutContainer(release) },
        { name: 'Restart', value: service.restartPolicy },
        { name: 'Ports', value: service.ports },
        { name: 'Networks', value: service.networks },
        { name: 'Env', value: service.env },
        { name: 'Labels', value: Object.entries(service.labels).map(([name, value]) => `${name}=${value}`) },
        { name: 'Mounts', value: service.mounts.map(mountText) },
      ],
      width,
      paint,
      2,
    ),
  ]);
  return [paint.strong(`Release ${release.id}`), ...head, ...services];
}

const noteSource = ({ by, at }: NonNullable<ReleaseView['note']>, nowMs: number): string =>
  `${by}, ${formatDate(at)}, ${formatAge(at, nowMs)}`;

/** How it came about, in words. */
function originOf({ origin, previous, copyOf, importedFrom }: ReleaseDetailView): string {
  const from = previous === null ? '' : ` from ${previous.version} (${previous.release})`;
  const copied = copyOf === null ? '' : `, a copy of ${copyOf}`;
  switch (origin) {
    case 'adopt':
      return 'taken over as it ran';
    case 'install':
      return 'installed from its manifest';
    case 'upgrade':
      return `upgrade${from}`;
    case 'rollback':
      return copyOf === null
        ? `rollback${from} by the vendor's procedure, on a copy of its data`
        : `rollback${from}${copied}, with its data`;
    case 'promotion':
      return `promotion${from}${copied}, with the data of ${previous?.version ?? 'what ran'}`;
    case 'restore':
      return `data restored, on${from.slice(' from'.length) || ' what ran'}`;
    case 'move':
      return `data moved to another place, on${from.slice(' from'.length) || ' what ran'}`;
    case 'change':
      return `changed on the same data,${from || ' from what ran'}`;
    case 'import':
      return `imported${importedFrom === null ? '' : ` from ${importedFrom}`}`;
  }
}

/** What can be done with a release, beginning with what is wanted most. */
export function nextOfRelease({ id, status, version, data }: ReleaseDetailView): NextCommand[] {
  const diff = { purpose: 'Against what runs', line: `show release diff ${id}` };
  switch (status) {
    case 'active':
      return [{ purpose: 'What came before it', line: 'show releases' }];
    case 'failed':
      return [diff, { purpose: 'To try it again', line: `upgrade system ${version}` }];
    default:
      return [
        ...(data.state === 'gone'
          ? []
          : [
              { purpose: 'What going there would give up', line: `show rollback plan ${id}` },
              { purpose: 'To go there, with its data', line: `rollback system to ${id}` },
            ]),
        { purpose: "With today's data", line: `promote release ${id}` },
        diff,
      ];
  }
}

const withoutContainer = ({ status }: ReleaseView): string | null =>
  status === 'superseded' || status === 'rolled-back' ? 'none; going back to it makes one' : null;

/** Where a mount is, and what is there. */
export function mountText(mount: ReleaseDetailView['services'][number]['mounts'][number]): string {
  const mode = mount.readOnly ? ', read-only' : '';
  const shared = mount.sharedBecause ? `; shared by all releases: ${mount.sharedBecause}` : '';
  return `${mount.target} from ${mount.kind} ${mount.source}${mode}${shared}`;
}
