import { z } from '@hono/zod-openapi';
import { clusterView, legacyPlanView } from './cluster-views.ts';
import { externalDataView } from './hook-views.ts';
import { updateTrigger } from './system-views.ts';
import { date, releaseId } from './view-parts.ts';

const obstacleView = z.object({ code: z.string(), message: z.string(), hint: z.string().nullable() });

const planStep = z.object({ name: z.string(), title: z.string() });

/** The service engines that go over by themselves; with null all of them at once, together with the controller. */
export const followingView = z.object({ engines: z.array(z.string()), maxUnavailable: z.number().nullable() });

const releaseRef = z.object({ release: releaseId, version: z.string() });

export const upgradePlanView = z
  .object({
    appliance: z.string(),
    from: releaseRef,
    to: z.object({ version: z.string(), image: z.string(), digest: z.string().nullable(), alreadyHere: z.boolean() }),
    services: z.array(
      z.object({
        name: z.string(),
        from: z.string(),
        to: z.string(),
        /** Where the image of the version waits: until when, and whether the container goes on untouched. */
        kept: z.object({ update: updateTrigger, awaits: z.string(), isUntouched: z.boolean() }).nullable(),
      }),
    ),
    steps: z.array(planStep),
    /** The nodes of the controller; null where it has only one. */
    cluster: clusterView.nullable(),
    engines: followingView.nullable(),
    mounts: z.array(
      z.object({
        service: z.string(),
        kind: z.enum(['volume', 'bind']),
        source: z.string(),
        targets: z.array(z.string()),
        treatment: z.enum(['reflink', 'pre-copy', 'copy-stopped', 'shared', 'new']),
        sizeBytes: z.number(),
        files: z.number(),
        note: z.string().nullable(),
      }),
    ),
    space: z.array(z.object({ path: z.string(), neededBytes: z.number(), freeBytes: z.number() })),
    /** It goes back by itself unless it is confirmed so soon; null where it stays. */
    confirmWithinMs: z.number().nullable(),
    /** Null where all data is in mounts, and no hook looks after any other. */
    externalData: externalDataView.nullable(),
    preCopyForecastMs: z.number(),
    downtimeForecastMs: z.number(),
    warnings: z.array(z.string()),
    obstacles: z.array(obstacleView),
  })
  .openapi('UpgradePlan');

export const rollbackPlanView = z
  .object({
    appliance: z.string(),
    from: releaseRef,
    /** `release` is null where it is made on the way, by the vendor's procedure. */
    to: z.object({ release: releaseId.nullable(), version: z.string() }),
    steps: z.array(planStep),
    /** The vendor's own procedure, on a copy of each node's data; null where the release before is started again. */
    legacy: legacyPlanView.nullable(),
    /** The nodes of the controller; null where it has only one. */
    cluster: clusterView.nullable(),
    engines: followingView.nullable(),
    /** Service engines that the release gone back to does not have: they do not connect after the rollback. */
    joinedSince: z.array(z.object({ name: z.string(), version: z.string(), joined: date, canBeCutOff: z.boolean() })),
    /** Services whose containers both releases have: they go on untouched. */
    kept: z.array(z.string()),
    /** Null where the controller goes on. */
    downtimeForecastMs: z.number().nullable(),
    data: z.object({
      /** Neither of them has any in mounts. */
      isNone: z.boolean(),
      backTo: date.nullable(),
      changes: z.object({
        added: z.number(),
        changed: z.number(),
        removed: z.number(),
        sample: z.array(
          z.object({ path: z.string(), change: z.enum(['added', 'changed', 'removed']), sizeBytes: z.number() }),
        ),
      }),
      keptWith: releaseId,
      unpacked: z.object({ sizeBytes: z.number(), files: z.number(), forecastMs: z.number() }).nullable(),
    }),
    externalData: externalDataView.nullable(),
    settings: z.array(
      z.object({ service: z.string(), setting: z.string(), now: z.string().nullable(), after: z.string().nullable() }),
    ),
    warnings: z.array(z.string()),
    obstacles: z.array(obstacleView),
  })
  .openapi('RollbackPlan');

export const repairPlanView = z
  .object({
    appliance: z.string(),
    release: releaseRef,
    steps: z.array(planStep),
    /** What it would do, in words. */
    actions: z.array(z.string()),
    warnings: z.array(z.string()),
    obstacles: z.array(obstacleView),
  })
  .openapi('RepairPlan');
export type UpgradePlanView = z.infer<typeof upgradePlanView>;
export type RollbackPlanView = z.infer<typeof rollbackPlanView>;
export type RepairPlanView = z.infer<typeof repairPlanView>;
