import { type AlikeMounts, alike, alikeMounts } from '../../api/contract/alike.ts';
import { clusterText } from '../../api/contract/cluster-text.ts';
import type { ClusterView } from '../../api/contract/cluster-views.ts';
import { followingText } from '../../api/contract/following-text.ts';
import type { RollbackPlanView, UpgradePlanView } from '../../api/contract/plan-views.ts';
import { formatBytes, formatCount, formatForecast, formatMoment, formatNames } from '../../shell/format.ts';
import { type Child, h } from '../element.ts';
import { icon } from '../icon.ts';

/** From what to what, with the id of the release gone back to: several may be of one version. */
export function rollbackSentence({ appliance, from, to }: Pick<RollbackPlanView, 'appliance' | 'from' | 'to'>): string {
  const left = from.version === to.version ? `${from.version} (${from.release})` : from.version;
  const target = to.release === null ? to.version : `${to.version} (${to.release})`;
  return `This takes ${appliance} from ${left} back to ${target}. Nothing is deleted: you can return.`;
}

/** What a rollback brings back and gives up. */
export function rollbackPlan(plan: RollbackPlanView, nowMs: number): Child {
  const { data, settings } = plan;
  return [
    h(
      'dl',
      { class: 'plan' },
      field('Downtime', plan.downtimeForecastMs === null ? 'none' : formatForecast(plan.downtimeForecastMs)),
      data.unpacked &&
        field(
          'Before that',
          `${formatForecast(data.unpacked.forecastMs)} of unpacking its archive (${formatBytes(data.unpacked.sizeBytes)}) while ${plan.from.version} serves`,
        ),
      field('Data', dataSentence(plan, nowMs), changedFiles(plan)),
      settings.length > 0 &&
        field(
          'Settings',
          h(
            'ul',
            {},
            settings.map(({ setting, now, after }) =>
              h('li', {}, `${setting}: ${now ?? '(not set)'} becomes ${after ?? '(not set)'}`),
            ),
          ),
        ),
      nodesField(plan.cluster, 'back'),
      enginesField(plan.legacy ? null : plan.engines),
      plan.kept.length > 0 && field('Go on', formatNames(plan.kept, NAMED_AT_MOST)),
      plan.joinedSince.length > 0 && field('Joined since', joinedSentence(plan)),
      plan.externalData && field('Database', plan.externalData.sentence),
    ),
    concerns(plan),
    stepTitles(plan.steps),
  ];
}

function nodesField(cluster: ClusterView | null, way: 'over' | 'back'): Child {
  const text = clusterText(cluster, way);
  return text !== null && field('Nodes', text);
}

function enginesField(following: UpgradePlanView['engines']): Child {
  const text = followingText(following);
  return text !== null && field('Service engines', text);
}

const NAMED_AT_MOST = 8;

function joinedSentence({ joinedSince }: RollbackPlanView): string {
  const names = joinedSince.map(({ name }) => name);
  return `${formatNames(names, NAMED_AT_MOST)}: turned off, and they do not reconnect.`;
}

/** In one sentence, what is left behind by going back. */
function dataSentence({ data, from, legacy }: RollbackPlanView, nowMs: number): string {
  if (data.isNone) return 'There is none in mounts.';
  if (legacy) return "Copied first: the vendor's procedure works on the copy. Today's is kept.";
  if (data.backTo === null) return 'Stays as it is: both releases share it.';
  const { added, changed, removed } = data.changes;
  const count = added + changed + removed;
  const back = `Back to how it was at ${formatMoment(data.backTo, nowMs)}.`;
  if (data.unpacked) return `${back} Today's data is kept with ${from.version}.`;
  if (count === 0) return `${back} Nothing has changed since.`;
  return `${back} ${formatCount(count, 'file')} changed since: kept with ${from.version}, and back when you return to it.`;
}

const CHANGES = { added: 'new', changed: 'changed', removed: 'removed' };

function changedFiles({ data }: RollbackPlanView): Child {
  const { sample, added, changed, removed } = data.changes;
  if (data.backTo === null || sample.length === 0) return null;
  const more = added + changed + removed - sample.length;
  return h(
    'details',
    {},
    h('summary', {}, 'Which files'),
    h(
      'ul',
      { class: 'files' },
      sample.map(({ path, change, sizeBytes }) =>
        h(
          'li',
          {},
          h('code', {}, path),
          h('span', { class: 'quiet' }, `${CHANGES[change]}, ${formatBytes(sizeBytes)}`),
        ),
      ),
      more > 0 && h('li', { class: 'quiet' }, `and ${formatCount(more, 'more file')}`),
    ),
  );
}

const TREATMENTS: Record<UpgradePlanView['mounts'][number]['treatment'], string> = {
  reflink: 'cloned in an instant, after the stop',
  'pre-copy': 'copied while the old version serves, brought level after the stop',
  'copy-stopped': 'copied after the stop',
  shared: 'shared: not copied, and not rolled back',
  new: 'new with this version, begins empty',
};

/** What an upgrade does and costs. */
export function upgradePlan(plan: UpgradePlanView): Child {
  const { from, to, mounts, services, space } = plan;
  return [
    h(
      'dl',
      { class: 'plan' },
      field('Downtime', formatForecast(plan.downtimeForecastMs)),
      mounts.some(({ treatment }) => treatment === 'pre-copy') &&
        field('Before that', `${formatForecast(plan.preCopyForecastMs)} of copying while ${from.version} serves`),
      field('Image', to.alreadyHere ? 'here already' : 'is fetched first'),
      services.length > 1 &&
        field(
          'Services',
          list(alike(services).map(({ names, from, to }) => `${formatNames(names, NAMED_AT_MOST)}: ${from} to ${to}`)),
        ),
      nodesField(plan.cluster, 'over'),
      enginesField(plan.engines),
      field('Data', mounts.length === 0 ? 'none' : list(alikeMounts(mounts).map(mountText))),
      plan.externalData && field('Database', plan.externalData.sentence),
      space.length > 0 &&
        field(
          'Space',
          list(
            space.map(
              ({ path, neededBytes, freeBytes }) =>
                `${formatBytes(neededBytes)} of ${formatBytes(freeBytes)} free in ${path}`,
            ),
          ),
        ),
      field('Way back', `One button: to ${from.version}, with its data as it is now`),
    ),
    concerns(plan),
    stepTitles(plan.steps),
  ];
}

function mountText({ sources, targets, sizeBytes, files, treatment, note }: AlikeMounts): string {
  const size = treatment === 'new' ? '' : ` (${formatBytes(sizeBytes)}, ${formatCount(files, 'file')})`;
  const what = sources.length > 1 ? `${targets.join(', ')} of ${sources.length} services` : targets.join(', ');
  return `${what}${size}: ${TREATMENTS[treatment]}${note === null ? '' : `; ${note}`}`;
}

const field = (name: string, ...value: Child[]): HTMLElement => h('div', {}, h('dt', {}, name), h('dd', {}, value));

function list(lines: readonly string[]): Child {
  if (lines.length < 2) return lines[0] ?? null;
  return h(
    'ul',
    {},
    lines.map((line) => h('li', {}, line)),
  );
}

/** Warnings, then what stands in the way. */
function concerns({ warnings, obstacles }: Pick<UpgradePlanView, 'warnings' | 'obstacles'>): Child {
  if (warnings.length + obstacles.length === 0) return null;
  return h(
    'ul',
    { class: 'attention' },
    warnings.map((warning) => h('li', { class: 'mood-warn' }, icon('attention', 'Attention'), h('p', {}, warning))),
    obstacles.map(({ message, hint }) =>
      h(
        'li',
        { class: 'mood-bad' },
        icon('failed', 'Stands in the way'),
        h('div', {}, h('p', {}, message), hint !== null && h('p', { class: 'quiet' }, hint)),
      ),
    ),
  );
}

const stepTitles = (steps: readonly { title: string }[]): Child =>
  h(
    'details',
    {},
    h('summary', {}, `The ${steps.length} steps`),
    h(
      'ol',
      { class: 'step-titles' },
      steps.map(({ title }) => h('li', {}, title)),
    ),
  );
