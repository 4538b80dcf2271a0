import { createRoute, z } from '@hono/zod-openapi';
import { answer, applianceQuery, body, failures } from './route-parts.ts';
import { operationView, rollbackPlanView } from './views.ts';

/** Releases on the same data in which some services are others. */

const version = z.object({ release: z.string(), version: z.string() });

const changePlanView = z
  .object({
    appliance: z.string(),
    from: version,
    to: version.pick({ version: true }),
    steps: z.array(z.object({ name: z.string(), title: z.string() })),
    /** The services that get new containers: another image, other settings, or neither. */
    changes: z.array(
      z.object({
        service: z.string(),
        image: z.object({ now: z.string(), after: z.string() }).nullable(),
        settings: rollbackPlanView.shape.settings,
      }),
    ),
    /** The services that go on untouched. */
    kept: z.array(z.string()),
    /** Null where the controller goes on. */
    downtimeForecastMs: z.number().nullable(),
    warnings: z.array(z.string()),
    obstacles: z.array(z.object({ code: z.string(), message: z.string(), hint: z.string().nullable() })),
  })
  .openapi('ChangePlan');

const engineUpdateInput = z
  .object({
    /** One engine or helper; all that are behind where it is left out. */
    name: z.string().min(1).max(63).optional(),
  })
  .strict()
  .openapi('EngineUpdateInput');

export type ChangePlanView = z.infer<typeof changePlanView>;
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
