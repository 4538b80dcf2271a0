import { type BelayError, toBelayError } from '../domain/errors.ts';
import { type ExternalData, type Hook, type Hooks, hasSucceeded, type PlannedHooks } from '../domain/hooks.ts';
import type { OperationId } from '../domain/ids.ts';
import type { OperationFacts } from '../domain/operation.ts';
import type { Obstacle } from '../domain/plan.ts';
import type { Policy } from '../domain/policy.ts';
import type { ContainerHost } from '../domain/ports/container-host.ts';
import type { Journal } from '../domain/ports/journal.ts';
import { controllerOf, type Release } from '../domain/release.ts';
import { isSameImage } from '../domain/service-spec.ts';
import { findImage } from './image-of-version.ts';
import { unreadableOfHook } from './unreadable-secrets.ts';

const REMEMBERED_OPERATIONS = 1_000;

export interface HookPlan {
  planned: PlannedHooks;
  externalData: ExternalData | null;
  /** Steps of the runbook that are not needed. */
  spared: string[];
  obstacles: Obstacle[];
}

interface Subject {
  policy: Policy;
  /** Whether anything is mounted that is cloned. */
  hasMounts: boolean;
  from: string;
  to: string;
}

/** Where nothing outside of the mounts is to change. */
export const NO_HOOKS: HookPlan = {
  planned: { hooks: {}, backup: null },
  externalData: null,
  spared: ['quiesce', 'thaw', 'backup', 'hand-over', 'restore-database'],
  obstacles: [],
};

type HookWorld = { host: ContainerHost; journal: Journal };

/** The hooks of an upgrade, each image of theirs pinned. */
export async function hooksOfUpgrade(world: HookWorld, subject: Subject, signal?: AbortSignal): Promise<HookPlan> {
  const { policy } = subject;
  const { hooks, obstacles } = await pinned(world, policy.hooks, signal);
  const spared = [
    ...(hooks.quiesce ? [] : ['quiesce', 'thaw']),
    ...(hooks.backup ? [] : ['backup']),
    ...(hooks.restore ? [] : ['hand-over']),
  ];
  return {
    planned: { hooks, backup: null },
    externalData: externalData(subject, upgradeSentence(hooks)),
    spared,
    obstacles,
  };
}

/**
 * The hooks of a rollback. None of them is run where there is no backup of the release that is gone back to: what is in
 * the database then stays as it is.
 */
export async function hooksOfRollback(
  world: HookWorld,
  subject: Subject,
  target: Release,
  signal?: AbortSignal,
): Promise<HookPlan> {
  const backup = subject.policy.hooks.restore ? backupOf(world.journal, target) : null;
  const { hooks, obstacles } = backup
    ? await pinned(world, subject.policy.hooks, signal)
    : { hooks: {}, obstacles: [] };
  const spared = [
    ...(hooks.quiesce ? [] : ['quiesce', 'thaw']),
    ...(hooks.backup ? [] : ['backup']),
    ...(hooks.restore ? [] : ['restore-database']),
  ];
  const sentence = rollbackSentence(subject, backup !== null);
  return { planned: { hooks, backup }, externalData: externalData(subject, sentence, hooks), spared, obstacles };
}

/**
 * The operation whose backup is what a release had outside of its slot: the first one that was made by the same image
 * since the release was last left. A move or a change leaves without a backup, and the next one to make one is the same
 * software, on the same database.
 */
function backupOf(journal: Journal, target: Release): OperationId | null {
  const { image } = controllerOf(target);
  const newestFirst = journal.operations(target.appliance, REMEMBERED_OPERATIONS);
  const lastLeaving = newestFirst.findIndex(
    ({ state, from }) => state !== 'running' && journal.release(from)?.slot === target.slot,
  );
  const found = newestFirst.slice(0, lastLeaving + 1).findLast(({ state, from, facts }) => {
    const left = journal.release(from);
    return (
      state !== 'running' &&
      facts.hookRuns?.some((run) => run.hook === 'backup' && hasSucceeded(run)) &&
      left !== null &&
      isSameImage(controllerOf(left).image, image)
    );
  });
  return found?.id ?? null;
}

function externalData({ policy, hasMounts }: Subject, sentence: string, used = policy.hooks): ExternalData | null {
  const external = policy.data === 'external' ? 'said' : hasMounts ? null : 'assumed';
  if (external === null && Object.keys(policy.hooks).length === 0) return null;
  return { external, backup: used.backup !== undefined, restore: used.restore !== undefined, sentence };
}

function upgradeSentence({ backup, restore }: Hooks): string {
  if (backup && restore) return 'backed up before the switch; going back and a rollback restore it';
  if (backup) return 'backed up before the switch; it is not taken back, neither by a failure nor by a rollback';
  return 'not copied: it is not taken back, neither by a failure nor by a rollback';
}

function rollbackSentence({ policy, from, to }: Subject, hasBackup: boolean): string {
  if (hasBackup) return `restored to the backup made when ${to} was left; today's is backed up first`;
  const why = policy.hooks.restore ? `no backup was made when ${to} was left` : 'there is no hook that restores it';
  return `not taken back (${why}): what ${from} has changed in it stays`;
}

async function pinned(
  world: HookWorld,
  hooks: Hooks,
  signal?: AbortSignal,
): Promise<{ hooks: Hooks; obstacles: Obstacle[] }> {
  const obstacles: Obstacle[] = [];
  const entries = await Promise.all(
    Object.entries(hooks).map(async ([name, hook]): Promise<[string, Hook]> => {
      const problem = (error: BelayError) =>
        obstacles.push({
          code: 'not-found',
          message: `The image of the ${name} hook cannot be had: ${error.message}`,
          hint: error.hint,
        });
      const { image } = hook;
      obstacles.push(...unreadableOfHook(name, hook));
      if (image === null) return [name, hook];
      // What is here serves: a rollback does without the registry.
      const here = await world.host.inspectImage(image.reference, signal);
      if (here) return [name, { ...hook, image: { ...image, imageId: here.imageId } }];
      if (image.digest) return [name, hook];
      const found = await findImage(world, image, image.tag, signal).catch(
        (thrown) => void problem(toBelayError(thrown)),
      );
      return [name, { ...hook, image: found?.image ?? image }];
    }),
  );
  return { hooks: Object.fromEntries(entries), obstacles };
}

/** What an operation begins with: nothing where there is no hook. */
export const hookFacts = (planned: PlannedHooks): OperationFacts =>
  Object.keys(planned.hooks).length > 0 ? { planned } : {};

/** What nobody may overlook: data that an operation does not take along, and that no hook looks after. */
export function externalWarnings(data: ExternalData | null): string[] {
  if (data === null || data.external === null || data.restore) return [];
  return data.external === 'said'
    ? [`The external database is ${data.sentence}.`]
    : [`There is no data in mounts. A database elsewhere is ${data.sentence}.`];
}

/** Fetches what the hooks need before anything is touched. */
export async function fetchHookImages(
  host: ContainerHost,
  planned: PlannedHooks | undefined,
  report: (detail: string) => void,
  signal: AbortSignal,
): Promise<void> {
  for (const { image } of Object.values(planned?.hooks ?? {})) {
    if (!image || (await host.inspectImage(image.imageId ?? image.reference, signal))) continue;
    await host.pullImage(image, ({ detail }) => report(detail), signal);
  }
}
