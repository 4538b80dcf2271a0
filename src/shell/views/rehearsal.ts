import type { OperationView } from '../../api/contract/operation-views.ts';
import type { UpgradePlanView } from '../../api/contract/plan-views.ts';
import { formatBytes, formatDuration, formatForecast } from '../format.ts';
import type { Paint } from '../paint.ts';
import { wrap } from '../width.ts';
import { fields } from './fields.ts';
import { nextLines } from './next.ts';
import { concerns } from './plans.ts';

interface Screen {
  width: number;
  nowMs: number;
  paint: Paint;
}

const WRITTEN = 'The data was written all the time while it was cloned, so the clone is not of one moment.';

/** Whether the upgrade would work, and what it would be like. */
export function rehearsalLines(operation: OperationView, { width, paint }: Pick<Screen, 'width' | 'paint'>): string[] {
  const { appliance, from, to, state, reason, rehearsal, logTail, startedAt, endedAt } = operation;
  const took = formatDuration(Date.parse(endedAt ?? startedAt) - Date.parse(startedAt));
  const written = rehearsal?.isOfOneMoment === false ? wrap(WRITTEN, width).map(paint.warn) : [];
  if (state === 'succeeded' && rehearsal) {
    const good = `${to} would work: it proved itself on a clone of today's data, in ${took}. ${appliance} still runs ${from}.`;
    const ready = formatDuration(rehearsal.servingMs);
    const downtime = formatForecast(rehearsal.expectedDowntimeMs);
    return [
      ...wrap(good, width).map(paint.good),
      ...wrap(`It was ready ${ready} after its start; the upgrade would be down for ${downtime}.`, width),
      ...written,
      ...nextLines([{ purpose: 'To do it', line: `upgrade system ${to}` }], { width, paint }),
    ];
  }
  const bad = `The rehearsal of ${to} failed after ${took}: nothing was changed, and ${appliance} still runs ${from}.`;
  return [
    ...wrap(bad, width).map(paint.bad),
    ...(reason ? wrap(`Why: ${reason}`, width) : []),
    ...written,
    ...(logTail.length > 0 ? [`The last lines of the log of ${to}:`] : []),
    ...logTail.slice(-10).flatMap((line) => wrap(line, width, 2).slice(0, 6).map(paint.faint)),
    ...(operation.hint ? wrap(`Next: ${operation.hint}`, width) : []),
  ];
}

/** What a rehearsal will do, and what it costs. */
export function rehearsalPlanLines(plan: UpgradePlanView, screen: Screen): string[] {
  const { appliance, from, to, mounts, space } = plan;
  const sizeBytes = mounts.reduce((sum, mount) => sum + mount.sizeBytes, 0);
  const head =
    `This runs ${to.version} of ${appliance} on a clone of its data, without ports and cut off from every network, ` +
    `while ${from.version} serves. All of it is taken away again.`;
  const list = [
    { name: 'Downtime', value: 'none' },
    { name: 'Clone', value: `${formatBytes(sizeBytes)}, ${formatForecast(plan.preCopyForecastMs)} of copying` },
    {
      name: 'Space',
      value: space.map(
        (each) => `${formatBytes(each.neededBytes)} needed of ${formatBytes(each.freeBytes)} free in ${each.path}`,
      ),
    },
  ];
  return [...wrap(head, screen.width), ...fields(list, screen.width, screen.paint, 2), ...concerns(plan, screen)];
}
