import type { ReleaseDetailView, ReleaseView } from '../../api/contract/views.ts';
import { formatAge, formatBytes, formatDate } from '../format.ts';
import type { Paint } from '../paint.ts';
import { fields } from './fields.ts';
import { table } from './table.ts';

interface Screen {
  width: number;
  nowMs: number;
  paint: Paint;
}

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
function statusOf({ status, origin, copyOf }: ReleaseView): string {
  return origin === 'rollback' && status === 'active' && copyOf ? `active, copy of ${copyOf}` : status;
}

function paintStatus(text: string, { status }: ReleaseView, paint: Paint): string {
  if (status === 'active') return paint.good(text);
  return status === 'failed' ? paint.bad(text) : text;
}

export function releaseTable(releases: readonly ReleaseView[], { width, nowMs, paint }: Screen): string[] {
  if (releases.length === 0) return ['There is no release yet.', 'Next: show containers'];
  return table(
    releases,
    [
      { title: 'ID', value: (each) => each.id },
      { title: 'VERSION', value: (each) => each.version, least: 8 },
      { title: 'CREATED', value: (each) => formatAge(each.created, nowMs), dispensable: 3 },
      { title: 'BY', value: (each) => each.by, least: 5, dispensable: 4 },
      { title: 'STATUS', value: statusOf, colour: (text, each) => paintStatus(text, each, paint), least: 11 },
      { title: 'DATA', value: dataOf, least: 8, dispensable: 2 },
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
      { name: 'Origin', value: release.copyOf ? `${release.origin}, copy of ${release.copyOf}` : release.origin },
      { name: 'Data', value: `${dataOf(release)} (${release.slot})` },
      { name: 'Frozen', value: release.data.frozenAt ? formatDate(release.data.frozenAt) : null },
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

const withoutContainer = ({ status }: ReleaseView): string | null =>
  status === 'superseded' || status === 'rolled-back' ? 'none; going back to it makes one' : null;

function mountText(mount: ReleaseDetailView['services'][number]['mounts'][number]): string {
  const mode = mount.readOnly ? ', read-only' : '';
  const shared = mount.sharedBecause ? `; shared by all releases: ${mount.sharedBecause}` : '';
  return `${mount.target} from ${mount.kind} ${mount.source}${mode}${shared}`;
}
