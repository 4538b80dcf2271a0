import { createRoute, z } from '@hono/zod-openapi';
import { changePlanView } from './change-plan.ts';
import { operationView } from './operation-views.ts';
import { answer, applianceQuery, body, failures } from './route-parts.ts';

/** Bringing engines and helpers to the version of the controller. */

const engineUpdateInput = z
  .object({
    /** One engine or helper; all that are behind where it is left out. */
    name: z.string().min(1).max(63).optional(),
  })
  .strict()
  .openapi('EngineUpdateInput');

export type EngineUpdateInput = z.infer<typeof engineUpdateInput>;

export const engineUpdatePlan = createRoute({
  method: 'get',
  path: '/api/engines/plan',
  summary: 'What it would mean to bring engines and helpers to the version of the controller',
  request: { query: engineUpdateInput.extend(applianceQuery.shape) },
  responses: { 200: answer(changePlanView, 'The plan'), ...failures },
});

export const updateEngines = createRoute({
  method: 'post',
  path: '/api/cluster/update-engines',
  summary: 'Bring engines and helpers that are behind to the version of the controller',
  request: { query: applianceQuery, ...body(engineUpdateInput) },
  responses: { 202: answer(operationView, 'Accepted: it goes on in the daemon'), ...failures },
});
