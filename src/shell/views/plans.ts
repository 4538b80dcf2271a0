import type { PromotionPlanView } from '../../api/contract/promotion.ts';
import type { RepairPlanView, RollbackPlanView, UpgradePlanView } from '../../api/contract/views.ts';
import { formatAge, formatBytes, formatCount, formatDuration, formatForecast, formatMoment } from '../format.ts';
import type { Paint } from '../paint.ts';
import { cut, wrap } from '../width.ts';
import { type Field, fields } from './fields.ts';
import { clusterText } from './nodes.ts';

interface Screen {
  width: number;
  nowMs: number;
  paint: Paint;
}

/** `sha256:` and twelve digits: enough to tell two images apart. */
const DIGEST_CHARACTERS = 19;

type PlannedMount = UpgradePlanView['mounts'][number];

const treatments: Record<PlannedMount['treatment'], string> = {
  reflink: 'cloned in an instant, after the stop',
  'pre-copy': 'copied while the old version serves, brought level after the stop',
  'copy-stopped': 'copied after the stop',
  shared: 'shared: not copied, and not rolled back',
  new: 'new with this version, begins empty',
};

/** What an upgrade will do, what it costs, and what stands in its way. */
export function upgradePlanLines(
  plan: UpgradePlanView,
  screen: Screen,
  steps: 'with steps' | 'without steps',
): string[] {
  const { appliance, from, to } = plan;
  return takeoverLines(
    `This takes ${appliance} from ${from.version} (${from.release}) to ${to.version}.`,
    [],
    plan,
    screen,
    steps,
  );
}

/** The same for an earlier release that comes back with today's data. */
export function promotionPlanLines(
  plan: PromotionPlanView,
  screen: Screen,
  steps: 'with steps' | 'without steps',
): string[] {
  const { appliance, from, source } = plan;
  const age = formatAge(source.created, screen.nowMs);
  const head = `This takes ${appliance} from ${from.version} (${from.release}) to ${source.version} as it was in ${source.release} (${age}), with today's data.`;
  return takeoverLines(head, [{ name: 'Settings', value: plan.settings.map(settingText) }], plan, screen, steps);
}

/** `env LOG_LEVEL info → debug`. */
export const settingText = ({ setting, now, after }: RollbackPlanView['settings'][number]): string =>
  now !== null && now === after
    ? `${setting} is another one ${after}`
    : `${setting} ${now ?? '(not set)'} → ${after ?? '(not set)'}`;

function takeoverLines(
  headline: string,
  more: Field[],
  plan: UpgradePlanView,
  screen: Screen,
  steps: 'with steps' | 'without steps',
): string[] {
  const { width, paint } = screen;
  const { from, to } = plan;
  const image = to.alreadyHere ? `${to.image}, here already` : `${to.image}, to be pulled`;
  const head = fields(
    [
      { name: 'Downtime', value: formatForecast(plan.downtimeForecastMs) },
      { name: 'Before that', value: copyForecast(plan) },
      { name: 'Image', value: to.digest ? `${image} (${to.digest.slice(0, DIGEST_CHARACTERS)}…)` : image },
      { name: 'Services', value: plan.services.length > 1 ? plan.services.map(serviceText) : null },
      { name: 'Nodes', value: clusterText(plan.cluster, 'over') },
      { name: 'Engines', value: followingText(plan.engines) },
      { name: 'Data', value: plan.mounts.length === 0 ? 'none' : plan.mounts.map(mountText) },
      { name: 'Database', value: externalText(plan.externalData) },
      ...more,
      { name: 'Space', value: plan.space.map(spaceText) },
      {
        name: 'Confirm',
        value:
          plan.confirmWithinMs === null
            ? null
            : `within ${formatDuration(plan.confirmWithinMs)} (confirm system), or it goes back to ${from.version} by itself`,
      },
      { name: 'Way back', value: `rollback system, to ${from.version} (${from.release}) with its data` },
    ],
    width,
    paint,
    2,
  );
  return [
    ...wrap(headline, width),
    ...head,
    ...(steps === 'with steps' ? stepList(plan.steps, screen) : []),
    ...concerns(plan, screen),
  ];
}

function followingText(following: UpgradePlanView['engines']): string | null {
  if (!following) return null;
  const { engines, maxUnavailable } = following;
  const names = engines.length > 5 ? formatCount(engines.length, 'service engine') : engines.join(', ');
  if (maxUnavailable === null) return `${names}: back at once, together with the controller`;
  return `${names}: after the controller has proved itself, ${maxUnavailable} at a time`;
}

/** Where a warning says it already, there is no line for it. */
const externalText = (data: UpgradePlanView['externalData']): string | null =>
  data?.restore ? `external: ${data.sentence}` : data?.external === null ? `hooks: ${data.sentence}` : null;

const tagOf = (reference: string): string => reference.split(':').at(-1) ?? reference;

function serviceText({ name, from, to, kept }: UpgradePlanView['services'][number]): string {
  if (kept) {
    const how = kept.isUntouched ? 'it goes on untouched' : 'its container is made anew, because its data is cloned';
    return `${name} kept at ${tagOf(from)}, update: ${kept.update}; ${tagOf(kept.awaits)} waits, ${how}`;
  }
  return from === to ? `${name} stays on ${from}` : `${name} from ${from} to ${to}`;
}

function copyForecast(plan: UpgradePlanView): string | null {
  const preCopied = plan.mounts.some(({ treatment }) => treatment === 'pre-copy');
  return preCopied ? `${formatForecast(plan.preCopyForecastMs)} of copying while ${plan.from.version} serves` : null;
}

export function mountText(mount: PlannedMount): string {
  const size = ['new', 'shared'].includes(mount.treatment)
    ? ''
    : ` (${formatBytes(mount.sizeBytes)}, ${formatCount(mount.files, 'file')})`;
  const note = mount.note ? `; ${mount.note}` : '';
  const source = mount.kind === 'volume' && mount.source.length > 32 ? `${mount.source.slice(0, 12)}…` : mount.source;
  return `${mount.targets.join(', ')} on ${mount.kind} ${source}${size}: ${treatments[mount.treatment]}${note}`;
}

export const spaceText = ({ path, neededBytes, freeBytes }: UpgradePlanView['space'][number]): string =>
  `${formatBytes(neededBytes)} needed of ${formatBytes(freeBytes)} free in ${path}`;

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
  const list: Field[] = [
    { name: 'Downtime', value: formatForecast(plan.downtimeForecastMs) },
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
        : data.backTo === null
          ? back
          : [`${back}${since} (kept with ${data.keptWith})`, ...files],
    },
    { name: 'Nodes', value: clusterText(plan.cluster, 'back') },
    { name: 'Engines', value: followingText(plan.engines) },
    { name: 'Joined', value: joinedTexts(plan.joinedSince) },
    { name: 'Database', value: externalText(plan.externalData) },
    {
      name: 'Settings',
      value: plan.settings.map(settingText),
    },
  ];
  return [
    ...wrap(`This takes ${plan.appliance} from ${from.version} back to ${to.version} (${to.release}).`, width),
    ...fields(list, width, paint, 2),
    ...(detail === 'in full' ? stepList(plan.steps, screen) : []),
    ...concerns(plan, screen),
  ];
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

/** What a repair will do. */
export function repairPlanLines(plan: RepairPlanView, screen: Screen): string[] {
  const { appliance, release, actions } = plan;
  const head = `This brings the containers of ${appliance} back to what ${release.version} (${release.release}) says. Its data is not touched.`;
  return [
    ...wrap(head, screen.width),
    ...actions.flatMap((action) => wrap(`  ${action}`, screen.width, 4)),
    ...concerns(plan, screen),
  ];
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

/** The steps of a plan, one below the other. */
export function stepList(steps: readonly { title: string }[], { width, paint }: Screen): string[] {
  return ['  Steps', ...steps.map(({ title }) => `   ${paint.faint('·')} ${cut(title, width - 5)}`)];
}

/** Warnings, then what stands in the way. */
export function concerns(plan: Pick<UpgradePlanView, 'warnings' | 'obstacles'>, { width, paint }: Screen): string[] {
  return [
    ...plan.warnings.flatMap((warning) => wrap(`! ${warning}`, width).map(paint.warn)),
    ...plan.obstacles.flatMap(({ message, hint }) => [
      ...wrap(`✖ ${message}`, width).map(paint.bad),
      ...(hint === null ? [] : wrap(hint, width, 2)),
    ]),
  ];
}
