import { clusterText } from '../../api/contract/cluster-text.ts';
import { followingText } from '../../api/contract/following-text.ts';
import type { RollbackPlanView } from '../../api/contract/plan-views.ts';
import { formatBytes, formatCount, formatDuration, formatForecast, formatMoment, formatNames } from '../format.ts';
import { cut, wrap } from '../width.ts';
import { type Field, fields } from './fields.ts';
import { concerns, downtimeText, externalText, type Screen, settingText, stepList } from './plans.ts';

/** What a rollback will do and what is given up by it. */
export function rollbackPlanLines(plan: RollbackPlanView, screen: Screen, detail: 'in full' | 'in short'): string[] {
  const { width, nowMs, paint } = screen;
  const { data, from, to } = plan;
  const { added, changed, removed } = data.changes;
  const count = added + changed + removed;
  const counted = count === 0 ? '; nothing changed since' : `; ${formatCount(count, 'file')} changed since`;
  const since = data.unpacked ? "; today's stays" : counted;
  const back =
    data.backTo === null ? 'stays as it is: both releases share it' : `back to ${formatMoment(data.backTo, nowMs)}`;
  const files = fileLines(data.changes.sample.slice(0, detail === 'in full' ? undefined : 5), count, width - 16);
  const { unpacked } = data;
  const { legacy } = plan;
  const onCopy = legacy && `copied first: the procedure works on the copy, and today's is kept with ${data.keptWith}`;
  const atMost =
    legacy && `, and for as long as the procedure takes, at most ${formatDuration(legacy.deadlineMs)} a node`;
  const list: Field[] = [
    {
      name: 'Procedure',
      value:
        legacy && `the vendor's: ${legacy.command.join(' ')}, in ${legacy.nodes.join(', ')}; then each is restarted`,
    },
    { name: 'Downtime', value: `${downtimeText(plan.downtimeForecastMs)}${atMost ?? ''}` },
    {
      name: 'Before that',
      value:
        unpacked &&
        `${formatForecast(unpacked.forecastMs)} of unpacking its archive (${formatBytes(unpacked.sizeBytes)}) while ${from.version} serves`,
    },
    {
      name: 'Data',
      value: data.isNone
        ? 'none'
        : (onCopy ?? (data.backTo === null ? back : [`${back}${since} (kept with ${data.keptWith})`, ...files])),
    },
    { name: 'Nodes', value: clusterText(plan.cluster, 'back') },
    { name: 'Engines', value: legacy ? followingByThemselves(plan.engines) : followingText(plan.engines) },
    { name: 'Go on', value: plan.kept.length > 0 ? formatNames(plan.kept) : null },
    { name: 'Joined', value: joinedTexts(plan.joinedSince) },
    { name: 'Database', value: externalText(plan.externalData) },
    {
      name: 'Settings',
      value: plan.settings.map(settingText),
    },
  ];
  return [
    ...wrap(
      `This takes ${plan.appliance} from ${from.version}${from.version === to.version ? ` (${from.release})` : ''} back to ${to.version}${to.release === null ? '' : ` (${to.release})`}.`,
      width,
    ),
    ...fields(list, width, paint, 2),
    ...(detail === 'in full' ? stepList(plan.steps, screen) : []),
    ...concerns(plan, screen),
  ];
}

function followingByThemselves(following: RollbackPlanView['engines']): string | null {
  if (!following) return null;
  const { engines } = following;
  const names = engines.length > 5 ? formatCount(engines.length, 'service engine') : engines.join(', ');
  return `${names}: left to follow by themselves, and asked afterwards`;
}

const marks = { added: '+', changed: '~', removed: '-' } as const;

/** The largest changes, and how many there are besides. */
export function fileLines(
  sample: RollbackPlanView['data']['changes']['sample'],
  count: number,
  columns: number,
): string[] {
  const shown = sample.map(({ path, change, sizeBytes }) => {
    const size = formatBytes(sizeBytes);
    return `${marks[change]} ${cut(path, columns - size.length - 5)} (${size})`;
  });
  const more = count - shown.length;
  return shown.length > 0 && more > 0 ? [...shown, `and ${formatCount(more, 'more file')}`] : shown;
}

const FEW = 8;

/** Service engines that are not rolled back. */
function joinedTexts(joined: RollbackPlanView['joinedSince']): string[] {
  if (joined.length > FEW) {
    const names = joined.slice(0, FEW).map(({ name }) => name);
    return [
      `${joined.length} service engines joined since: they are turned off and will not reconnect (${names.join(', ')}, …)`,
    ];
  }
  return joined.map(({ name }) => `${name} joined since: it is turned off and will not reconnect`);
}
