import type { NotificationView } from '../../api/contract/notifications.ts';
import { formatAge, formatCount, formatDuration } from '../format.ts';
import type { Paint } from '../paint.ts';
import { wrap } from '../width.ts';
import { table } from './table.ts';

interface Screen {
  width: number;
  nowMs: number;
  paint: Paint;
}

/** A row for each notice, and below them why something has not arrived, once for each who is told. */
export function notificationTable(all: readonly NotificationView[], { width, nowMs, paint }: Screen): string[] {
  if (all.length === 0)
    return wrap(
      'Nobody has been told anything yet. Who is to be told stands in the manifest, under x-belay.notify.',
      width,
    );
  const rows = table(
    all,
    [
      { title: 'WHEN', value: ({ created }) => formatAge(created, nowMs), dispensable: 2 },
      { title: 'EVENT', value: ({ event }) => event },
      { title: 'TOLD', value: ({ target }) => target, least: 10 },
      {
        title: 'STATE',
        value: (each) => stateOf(each, nowMs),
        colour: (text, { state }) => (state === 'given-up' ? paint.bad(text) : text),
      },
      { title: 'OPERATION', value: ({ operation }) => operation ?? '', dispensable: 1 },
    ],
    width,
    paint,
  );
  return [...rows, ...latestFailures(all).flatMap((each) => wrap(`! ${failureOf(each)}`, width).map(paint.bad))];
}

function stateOf({ state, attempts, nextAt }: NotificationView, nowMs: number): string {
  if (state === 'delivered') return 'delivered';
  if (state === 'given-up') return 'given up';
  const leftMs = nextAt === null ? 0 : Date.parse(nextAt) - nowMs;
  if (attempts === 0 || leftMs < 1_000) return 'on its way';
  // Seconds, then minutes, then hours: a mixture would not fit.
  const unitMs = [3_600_000, 60_000, 1_000].find((each) => leftMs >= each) ?? 1;
  return `again in ${formatDuration(Math.floor(leftMs / unitMs) * unitMs)}`;
}

/** The latest of each target that has not arrived, where nothing has arrived there since. */
function latestFailures(all: readonly NotificationView[]): NotificationView[] {
  const known = new Map<string, NotificationView>();
  for (const each of all) {
    const hasOutcome = each.state === 'delivered' || each.error !== null;
    if (hasOutcome && !known.has(each.target)) known.set(each.target, each);
  }
  return [...known.values()].filter(({ state }) => state !== 'delivered');
}

const failureOf = ({ target, error, attempts, state }: NotificationView): string => {
  const given = state === 'given-up' ? ', and it is not tried again' : '';
  return `${target}: ${error} (${formatCount(attempts, 'attempt')}${given})`;
};
