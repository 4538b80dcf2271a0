import type { OrphanDeletionView, ServiceEngineView } from '../../api/contract/service-engine-views.ts';
import { formatAge, formatNames } from '../format.ts';
import type { Paint } from '../paint.ts';
import { wrap } from '../width.ts';
import { fields } from './fields.ts';
import { table } from './table.ts';

interface Screen {
  width: number;
  nowMs: number;
  paint: Paint;
}

const FEW = 8;
const WIDE_COLUMNS = 100;

const reasonOf = ({ reason }: ServiceEngineView): string => reason ?? '';

const COLOURS: Record<ServiceEngineView['state'], keyof Pick<Paint, 'good' | 'warn' | 'bad' | 'accent'>> = {
  up: 'good',
  down: 'bad',
  failed: 'bad',
  updating: 'accent',
  orphaned: 'warn',
};

/** A row for each, and below it in one sentence how many of them are how. */
export function serviceEngineTable(engines: readonly ServiceEngineView[], { width, nowMs, paint }: Screen): string[] {
  if (engines.length === 0) return ['It has no service engines.', 'What else runs: show system'];
  const rows = table(
    engines,
    [
      { title: 'NAME', value: (each) => each.name, least: 8 },
      { title: 'VERSION', value: (each) => each.version, least: 7, dispensable: 1 },
      { title: 'STATE', value: (each) => each.state, colour: (text, { state }) => paint[COLOURS[state]](text) },
      { title: 'JOINED', value: (each) => formatAge(each.joined, nowMs), dispensable: 3 },
      { title: 'RELEASE', value: (each) => each.release, dispensable: 2 },
      ...(width < WIDE_COLUMNS ? [] : [{ title: 'REASON', value: reasonOf, least: 16 }]),
    ],
    width,
    paint,
  );
  const troubled = engines.filter(({ state }) => state === 'failed' || state === 'down');
  // Where there is no room beside them, reasons stand below.
  const reasons = width < WIDE_COLUMNS ? troubled.slice(0, FEW) : [];
  return [
    ...rows,
    ...wrap(countText(engines), width).map(paint.faint),
    ...reasons.flatMap((each) => wrap(`! ${each.name}: ${reasonOf(each)}`, width).map(paint.bad)),
    ...(reasons.length > 0 && troubled.length > FEW ? [`  and ${troubled.length - FEW} more`] : []),
  ];
}

/** `58 up, 1 failed, 1 orphaned` */
function countText(engines: readonly ServiceEngineView[]): string {
  const states = Object.keys(COLOURS) as ServiceEngineView['state'][];
  const counted = states.map((state) => ({ state, count: engines.filter((each) => each.state === state).length }));
  return counted.flatMap(({ state, count }) => (count > 0 ? `${count} ${state}` : [])).join(', ');
}

/** What goes for good, and what stays. */
export function orphanDeletionLines(
  { engines }: OrphanDeletionView,
  { width, paint }: Pick<Screen, 'width' | 'paint'>,
): string[] {
  const names = engines.map(({ name }) => name);
  const which = formatNames(names, FEW);
  const containers = engines.flatMap((each) => each.containers);
  const many = `${containers.length} containers`;
  return [
    ...wrap(
      `This removes ${names.length === 1 ? `the service engine ${which}` : `${names.length} service engines: ${which}`}.`,
      width,
    ),
    ...fields(
      [
        {
          name: 'Removed',
          value:
            containers.length === 0
              ? 'nothing: the containers are gone already'
              : containers.length > FEW
                ? many
                : containers,
        },
        { name: 'Stays', value: 'what runs, and the record of each release: going back to one makes them anew' },
      ],
      width,
      paint,
      2,
    ),
  ];
}
