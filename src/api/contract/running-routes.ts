import { createRoute } from '@hono/zod-openapi';
import { operationView } from './operation-views.ts';
import { answer, applianceQuery, body, failures } from './route-parts.ts';
import { confirmationView, extendInput } from './running-views.ts';

/** Routes for an upgrade that runs, or that has to be confirmed. */

export const extendUpgrade = createRoute({
  method: 'post',
  path: '/api/upgrade/extend',
  summary: 'Give the gate of the running upgrade more time',
  request: { query: applianceQuery, ...body(extendInput) },
  responses: { 200: answer(operationView, 'The upgrade'), ...failures },
});

export const abortUpgrade = createRoute({
  method: 'post',
  path: '/api/upgrade/abort',
  summary: 'Have the running operation go back',
  request: { query: applianceQuery },
  responses: { 202: answer(operationView, 'Accepted: it goes back in the daemon'), ...failures },
});

export const confirm = createRoute({
  method: 'post',
  path: '/api/cluster/confirm',
  summary: 'Keep the release that would go back by itself',
  request: { query: applianceQuery },
  responses: { 200: answer(confirmationView, 'It stays'), ...failures },
});
