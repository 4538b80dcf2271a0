import { createRoute, z } from '@hono/zod-openapi';
import { adoptInput, rollbackInput, upgradeInput } from './inputs.ts';
import { operationView } from './operation-views.ts';
import { repairPlanView, rollbackPlanView, upgradePlanView } from './plan-views.ts';
import { releaseDetailView, releaseNameView, releaseView, versionsView } from './release-views.ts';
import { answer, applianceQuery, body, failures } from './route-parts.ts';
import { confirmWithin } from './running-views.ts';
import { applianceView, containerView, healthView, systemView } from './system-views.ts';

/** Of one page. */
const MOST_RELEASES = 1_000;

/** Every route of the API, once: the server implements them, the OpenAPI document is made from them. */

export const health = createRoute({
  method: 'get',
  path: '/api/health',
  summary: 'Whether the daemon is up',
  responses: { 200: answer(healthView, 'It is'), ...failures },
});

export const listAppliances = createRoute({
  method: 'get',
  path: '/api/appliances',
  summary: 'Everything that this daemon looks after',
  responses: { 200: answer(z.array(applianceView), 'The appliances'), ...failures },
});

export const adopt = createRoute({
  method: 'post',
  path: '/api/appliances',
  summary: 'Take over a running container as the first release of an appliance',
  request: body(adoptInput),
  responses: { 201: answer(releaseView, 'The first release'), ...failures },
});

export const listContainers = createRoute({
  method: 'get',
  path: '/api/containers',
  summary: 'The containers of this host, adopted or not',
  responses: { 200: answer(z.array(containerView), 'The containers'), ...failures },
});

export const system = createRoute({
  method: 'get',
  path: '/api/system',
  summary: 'What runs, and how it is',
  request: { query: applianceQuery },
  responses: { 200: answer(systemView, 'The system'), ...failures },
});

export const listReleases = createRoute({
  method: 'get',
  path: '/api/releases',
  summary: 'The releases, newest first, page by page',
  request: {
    query: applianceQuery.extend({
      limit: z.coerce.number().int().min(1).max(MOST_RELEASES).default(MOST_RELEASES),
      before: z
        .string()
        .max(20)
        .optional()
        .openapi({ description: 'The last release of the page before; the newest ones where it is left out.' }),
    }),
  },
  responses: { 200: answer(z.array(releaseView), 'The releases'), ...failures },
});

export const listReleaseNames = createRoute({
  method: 'get',
  path: '/api/releases/names',
  summary: 'Every release, newest first, by name only',
  request: { query: applianceQuery },
  responses: { 200: answer(z.array(releaseNameView), 'The names'), ...failures },
});

export const release = createRoute({
  method: 'get',
  path: '/api/releases/{id}',
  summary: 'One release with its settings and mounts',
  request: { query: applianceQuery, params: z.object({ id: z.string().max(20) }) },
  responses: { 200: answer(releaseDetailView, 'The release'), ...failures },
});

export const versions = createRoute({
  method: 'get',
  path: '/api/versions',
  summary: 'The versions in the registry and on this host, newest first',
  request: { query: applianceQuery },
  responses: { 200: answer(versionsView, 'The versions'), ...failures },
});

export const upgradeStatus = createRoute({
  method: 'get',
  path: '/api/upgrade/status',
  summary: 'The running operation, or else the last one',
  request: { query: applianceQuery.extend({ operation: z.string().max(20).optional() }) },
  responses: { 200: answer(operationView.nullable(), 'The operation; null where there has been none'), ...failures },
});

export const upgradeHistory = createRoute({
  method: 'get',
  path: '/api/upgrade/history',
  summary: 'Past and present operations, newest first',
  request: { query: applianceQuery.extend({ limit: z.coerce.number().int().min(1).max(1_000).default(50) }) },
  responses: { 200: answer(z.array(operationView), 'The operations'), ...failures },
});

export const upgradePlan = createRoute({
  method: 'get',
  path: '/api/upgrade/plan',
  summary: 'What an upgrade would do and cost',
  request: {
    query: applianceQuery.extend({ version: z.string().max(128), confirmWithin, force: z.stringbool().optional() }),
  },
  responses: { 200: answer(upgradePlanView, 'The plan'), ...failures },
});

export const rollbackPlan = createRoute({
  method: 'get',
  path: '/api/rollback/plan',
  summary: 'What a rollback would bring back and give up',
  request: {
    query: applianceQuery.extend({ release: z.string().max(20).optional(), legacy: z.stringbool().optional() }),
  },
  responses: { 200: answer(rollbackPlanView, 'The plan'), ...failures },
});

export const repairPlan = createRoute({
  method: 'get',
  path: '/api/repair/plan',
  summary: 'What a repair of the active release would do',
  request: { query: applianceQuery },
  responses: { 200: answer(repairPlanView, 'The plan'), ...failures },
});

export const upgrade = createRoute({
  method: 'post',
  path: '/api/cluster/upgrade',
  summary: 'Upgrade the system',
  request: { query: applianceQuery, ...body(upgradeInput) },
  responses: { 202: answer(operationView, 'Accepted: it goes on in the daemon'), ...failures },
});

export const rollback = createRoute({
  method: 'post',
  path: '/api/cluster/rollback',
  summary: 'Roll the system back',
  request: {
    query: applianceQuery,
    body: { required: false, content: { 'application/json': { schema: rollbackInput } } },
  },
  responses: { 202: answer(operationView, 'Accepted: it goes on in the daemon'), ...failures },
});

export const repair = createRoute({
  method: 'post',
  path: '/api/cluster/repair',
  summary: 'Bring the containers of the active release back to what the release says',
  request: { query: applianceQuery },
  responses: { 202: answer(operationView, 'Accepted: it goes on in the daemon'), ...failures },
});

export const events = createRoute({
  method: 'get',
  path: '/api/events',
  summary: 'Server-sent events: operations as they change, beginning with those that run now, and what drifts',
  request: {
    query: z.object({
      appliance: z
        .string()
        .max(63)
        .optional()
        .openapi({ description: 'Only its events; of all where it is left out.' }),
    }),
  },
  responses: {
    200: { description: 'The stream', content: { 'text/event-stream': { schema: z.string() } } },
    ...failures,
  },
});
