import type { NotificationView } from '../../api/contract/notifications.ts';
import { formatAge, formatCount, formatDuration } from '../format.ts';
import type { Paint } from '../paint.ts';
import { table } from './table.ts';

interface Screen {
  width: number;
  nowMs: number;
  paint: Paint;
}

export function notificationTable(all: readonly NotificationView[], { width, nowMs, paint }: Screen): string[] {
  if (all.length === 0)
    return ['Nobody has been told anything yet. Who is to be told stands in the manifest, under x-belay.notify.'];
  return table(
    all,
    [
      { title: 'WHEN', value: ({ created }) => formatAge(created, nowMs) },
      { title: 'EVENT', value: ({ event }) => event },
      { title: 'TOLD', value: ({ target }) => target, least: 10 },
      { title: 'STATE', value: (each) => stateOf(each, nowMs), least: 12 },
      { title: 'OPERATION', value: ({ operation }) => operation ?? '', dispensable: 1 },
    ],
    width,
    paint,
  );
}

function stateOf({ state, attempts, nextAt, error }: NotificationView, nowMs: number): string {
  if (state === 'delivered') return 'delivered';
  const why = error === null ? '' : `: ${error}`;
  if (state === 'given-up') return `given up after ${formatCount(attempts, 'attempt')}${why}`;
  if (attempts === 0 || nextAt === null) return 'on its way';
  return `again in ${formatDuration(Math.max(0, Date.parse(nextAt) - nowMs))}${why}`;
}
