import { type Alike, type AlikeMounts, alike, alikeMounts } from '../../api/contract/alike.ts';
import { clusterText } from '../../api/contract/cluster-text.ts';
import { followingText } from '../../api/contract/following-text.ts';
import type { RepairPlanView, RollbackPlanView, UpgradePlanView } from '../../api/contract/plan-views.ts';
import type { PromotionPlanView } from '../../api/contract/promotion.ts';
import { formatAge, formatBytes, formatCount, formatDuration, formatForecast, formatNames } from '../format.ts';
import type { Paint } from '../paint.ts';
import { cut, wrap } from '../width.ts';
import { type Field, fields } from './fields.ts';

export interface Screen {
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
      { name: 'Services', value: plan.services.length > 1 ? alike(plan.services).map(serviceText) : null },
      { name: 'Nodes', value: clusterText(plan.cluster, 'over') },
      { name: 'Engines', value: followingText(plan.engines) },
      { name: 'Data', value: plan.mounts.length === 0 ? 'none' : mountTexts(plan.mounts) },
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

/** `ms` is null where the controller goes on. */
export const downtimeText = (ms: number | null): string =>
  ms === null ? 'none: the controller goes on' : formatForecast(ms);

/** Where a warning says it already, there is no line for it. */
export const externalText = (data: UpgradePlanView['externalData']): string | null =>
  data?.restore ? `external: ${data.sentence}` : data?.external === null ? `hooks: ${data.sentence}` : null;

const NAMED_AT_MOST = 8;
const tagOf = (reference: string): string => reference.split(':').at(-1) ?? reference;

function serviceText({ names, from, to, kept }: Alike): string {
  const which = formatNames(names, NAMED_AT_MOST);
  if (kept) {
    const how = kept.isUntouched ? 'it goes on untouched' : 'its container is made anew, because its data is cloned';
    return `${which} kept at ${tagOf(from)}, update: ${kept.update}; ${tagOf(kept.awaits)} waits, ${how}`;
  }
  const stay = names.length === 1 ? 'stays' : 'stay';
  return from === to ? `${which} ${stay} on ${from}` : `${which} from ${from} to ${to}`;
}

function copyForecast(plan: UpgradePlanView): string | null {
  const preCopied = plan.mounts.some(({ treatment }) => treatment === 'pre-copy');
  return preCopied ? `${formatForecast(plan.preCopyForecastMs)} of copying while ${plan.from.version} serves` : null;
}

/** A line for each, and one for many that are alike. */
export const mountTexts = (mounts: readonly PlannedMount[]): string[] => alikeMounts(mounts).map(mountText);

function mountText({ kind, sources, targets, treatment, sizeBytes, files, note }: AlikeMounts): string {
  const isEmpty = ['new', 'shared'].includes(treatment);
  const size = isEmpty ? '' : ` (${formatBytes(sizeBytes)}, ${formatCount(files, 'file')})`;
  const what = `${targets.join(', ')} on ${sourceText(kind, sources)}${size}`;
  return `${what}: ${treatments[treatment]}${note ? `; ${note}` : ''}`;
}

function sourceText(kind: PlannedMount['kind'], [first = '', ...others]: string[]): string {
  const source = kind === 'volume' && first.length > 32 ? `${first.slice(0, 12)}…` : first;
  if (others.length === 0) return `${kind} ${source}`;
  return `${kind === 'volume' ? 'volume' : 'directory'} ${source} and ${others.length} more`;
}

export const spaceText = ({ path, neededBytes, freeBytes }: UpgradePlanView['space'][number]): string =>
  `${formatBytes(neededBytes)} needed of ${formatBytes(freeBytes)} free in ${path}`;

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
