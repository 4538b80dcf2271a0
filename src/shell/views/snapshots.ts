import type { RestorePlanView, SnapshotDetailView, SnapshotView } from '../../api/contract/snapshot-views.ts';
import { formatAge, formatBytes, formatCount, formatDate, formatForecast, formatMoment } from '../format.ts';
import type { Paint } from '../paint.ts';
import { wrap } from '../width.ts';
import { fields } from './fields.ts';
import { concerns, stepList } from './plans.ts';
import { table } from './table.ts';

interface Screen {
  width: number;
  nowMs: number;
  paint: Paint;
}

const sizeOf = ({ sizeBytes }: SnapshotView): string => (sizeBytes === null ? '' : formatBytes(sizeBytes));

export function snapshotTable(snapshots: readonly SnapshotView[], { width, nowMs, paint }: Screen): string[] {
  if (snapshots.length === 0) {
    return ['There is no snapshot yet: the next upgrade leaves one.', 'From a file: import snapshot FILE'];
  }
  return table(
    snapshots,
    [
      { title: 'ID', value: (each) => each.id },
      { title: 'VERSION', value: (each) => each.version ?? 'unknown', least: 8 },
      { title: 'TAKEN', value: (each) => (each.taken === null ? '' : formatAge(each.taken, nowMs)), dispensable: 2 },
      { title: 'KIND', value: (each) => each.kind },
      { title: 'SIZE', value: sizeOf, align: 'right', dispensable: 1 },
      { title: 'RELEASE', value: (each) => each.release ?? 'none', dispensable: 3 },
      { title: 'NOTE', value: (each) => each.note ?? '', least: 10, dispensable: 4 },
    ],
    width,
    paint,
  );
}

export function snapshotLines(snapshot: SnapshotDetailView, { width, nowMs, paint }: Screen): string[] {
  const { archive, taken, releases } = snapshot;
  const prefix = archive?.prefix ? `, everything below ${archive.prefix}/` : '';
  return fields(
    [
      { name: 'Snapshot', value: snapshot.id },
      { name: 'Version', value: snapshot.version ?? 'unknown: a plain tarball' },
      { name: 'Taken', value: taken && `${formatDate(taken)}, ${formatAge(taken, nowMs)}` },
      { name: 'Kind', value: kindWords[snapshot.kind] },
      { name: 'Size', value: sizeOf(snapshot) || null },
      {
        name: 'Holds',
        value: archive && `${formatBytes(archive.dataBytes)} in ${formatCount(archive.files, 'file')}${prefix}`,
      },
      { name: 'Data', value: snapshot.mounts.map(({ targets, path }) => `${targets.join(', ')} ${path}`.trim()) },
      { name: 'File', value: archive?.path ?? null },
      { name: 'SHA-256', value: archive?.sha256 ?? null },
      { name: 'Releases', value: releases.map(({ release, version }) => `${release} (${version})`) },
      { name: 'Way back', value: snapshot.isWayBack ? 'rollback system goes to it' : null },
      { name: 'Note', value: snapshot.note },
      { name: 'Problem', value: snapshot.problem, colour: paint.bad },
    ],
    width,
    paint,
  );
}

const kindWords: Record<SnapshotView['kind'], string> = {
  instant: 'instant: kept as it was left',
  archive: 'archive: one file, unpacked before it is gone back to',
  imported: 'imported from a file',
};

/** What is lost with a snapshot, before it is deleted. */
export function deletionLines(snapshot: SnapshotDetailView, { width, paint }: Screen): string[] {
  const size = snapshot.sizeBytes === null ? '' : ` (${formatBytes(snapshot.sizeBytes)})`;
  const lines = wrap(`This deletes the snapshot ${snapshot.id}${size} for good.`, width);
  for (const { release, version } of snapshot.releases) {
    lines.push(...wrap(`${version} (${release}) cannot be rolled back to any more.`, width, 2));
  }
  if (snapshot.isLastWayBack) {
    lines.push(...wrap('! It is the last way back: after it there is nothing to roll back to.', width).map(paint.bad));
  } else if (snapshot.isWayBack) {
    lines.push(...wrap('! It is what rollback system goes back to.', width).map(paint.warn));
  }
  return lines;
}

/** What a restore will do, what it costs, and what stands in its way. */
export function restorePlanLines(
  plan: RestorePlanView,
  screen: Screen,
  steps: 'with steps' | 'without steps',
): string[] {
  const { width, nowMs, paint } = screen;
  const { snapshot, to } = plan;
  const taken = snapshot.takenAt ? ` of ${formatMoment(snapshot.takenAt, nowMs)}` : '';
  const files = snapshot.files > 0 ? `, ${formatCount(snapshot.files, 'file')}` : '';
  return [
    ...wrap(`This puts the data of ${snapshot.id}${taken} under ${plan.appliance} ${to.version}.`, width),
    ...fields(
      [
        { name: 'Downtime', value: formatForecast(plan.downtimeForecastMs) },
        { name: 'Before that', value: `${formatForecast(plan.unpackForecastMs)} of bringing it back while it serves` },
        { name: 'Size', value: `${formatBytes(snapshot.sizeBytes)}${files}` },
        {
          name: 'Data',
          value: plan.mounts.map(
            ({ targets, path, source }) => `${targets.join(', ') || path}: ${source ?? "keeps today's data"}`,
          ),
        },
        { name: 'Way back', value: `rollback system, to today's data (kept with ${plan.keptWith})` },
      ],
      width,
      paint,
      2,
    ),
    ...(steps === 'with steps' ? stepList(plan.steps, screen) : []),
    ...concerns(plan, screen),
  ];
}
