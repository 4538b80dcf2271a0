import { createRoute, z } from '@hono/zod-openapi';
import { changePlanView } from './change-plan.ts';
import { operationView } from './operation-views.ts';
import { answer, applianceQuery, body, failures } from './route-parts.ts';
import { orphanDeletionView, serviceEngineView } from './service-engine-views.ts';
import { jobView } from './snapshot-views.ts';

/** Service engines: what each of them does, how many there are, and taking along what stayed behind. */

const MOST_ENGINES = 1_000;
const name = z.string().min(1).max(63);

const scalingInput = z
  .object({
    /** How many there are to be. */
    count: z.number().int().min(1).max(MOST_ENGINES),
    /** Of this service engine and its copies alone; of all where it is left out. */
    group: name.optional(),
  })
  .strict()
  .openapi('ScalingInput');

const removalInput = z.object({ name }).strict().openapi('EngineRemovalInput');

const orphanInput = z.object({ name: name.optional() }).strict().openapi('OrphanDeletionInput');

export type ScalingInput = z.infer<typeof scalingInput>;

const accepted = { 202: answer(operationView, 'Accepted: it goes on in the daemon'), ...failures };
const planned = { 200: answer(changePlanView, 'The plan'), ...failures };

export const listServiceEngines = createRoute({
  method: 'get',
  path: '/api/serviceengines',
  summary: 'Every service engine: its version, its state, since when there is it',
  request: { query: applianceQuery },
  responses: { 200: answer(z.array(serviceEngineView), 'The service engines'), ...failures },
});

export const scalingPlan = createRoute({
  method: 'get',
  path: '/api/serviceengines/scale-plan',
  summary: 'What it would mean to have so many service engines',
  request: {
    query: applianceQuery.extend({ count: z.coerce.number().int().min(1).max(MOST_ENGINES), group: name.optional() }),
  },
  responses: planned,
});

export const scaleServiceEngines = createRoute({
  method: 'post',
  path: '/api/serviceengines/scale',
  summary: 'Have so many service engines: further ones are copies, of too many the youngest go',
  request: { query: applianceQuery, ...body(scalingInput) },
  responses: accepted,
});

export const engineRemovalPlan = createRoute({
  method: 'get',
  path: '/api/serviceengines/removal-plan',
  summary: 'What it would mean to be without a service engine',
  request: { query: applianceQuery.extend(removalInput.shape) },
  responses: planned,
});

export const removeServiceEngine = createRoute({
  method: 'post',
  path: '/api/serviceengines/remove',
  summary: 'Be without a service engine: a new release that does not have it',
  request: { query: applianceQuery, ...body(removalInput) },
  responses: accepted,
});

export const resumePlan = createRoute({
  method: 'get',
  path: '/api/serviceengines/resume-plan',
  summary: 'Which service engines did not follow, and what it would mean to take them along',
  request: { query: applianceQuery },
  responses: planned,
});

export const resumeServiceEngines = createRoute({
  method: 'post',
  path: '/api/cluster/resume',
  summary: 'Take the service engines along that did not follow',
  request: { query: applianceQuery },
  responses: accepted,
});

export const orphanDeletion = createRoute({
  method: 'get',
  path: '/api/serviceengines/orphaned',
  summary: 'What is removed with one service engine that a rollback has cut off, or with all of them',
  request: { query: applianceQuery.extend(orphanInput.shape) },
  responses: { 200: answer(orphanDeletionView, 'What it means'), ...failures },
});

export const deleteOrphans = createRoute({
  method: 'post',
  path: '/api/serviceengines/orphaned/delete',
  summary: 'Remove one service engine that a rollback has cut off, or all of them',
  request: { query: applianceQuery, ...body(orphanInput) },
  responses: { 202: answer(jobView, 'Accepted'), ...failures },
});
