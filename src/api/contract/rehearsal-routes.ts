import { createRoute, z } from '@hono/zod-openapi';
import { operationView } from './operation-views.ts';
import { upgradePlanView } from './plan-views.ts';
import { rehearsalInput } from './rehearsal-views.ts';
import { answer, applianceQuery, body, failures } from './route-parts.ts';

export const rehearsalPlan = createRoute({
  method: 'get',
  path: '/api/rehearsal/plan',
  summary: 'What a rehearsal of an upgrade would do, and what stands in its way',
  request: { query: applianceQuery.extend({ version: z.string().max(128) }) },
  responses: { 200: answer(upgradePlanView, 'The plan'), ...failures },
});

export const rehearse = createRoute({
  method: 'post',
  path: '/api/cluster/rehearse',
  summary: 'Run a version on a clone of the data, cut off from everything, while the appliance serves',
  request: { query: applianceQuery, ...body(rehearsalInput) },
  responses: { 202: answer(operationView, 'Accepted: it goes on in the daemon'), ...failures },
});
