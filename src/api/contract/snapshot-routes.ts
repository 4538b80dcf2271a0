import { createRoute, z } from '@hono/zod-openapi';
import { operationView } from './operation-views.ts';
import { answer, applianceQuery, body, failures } from './route-parts.ts';
import {
  exportInput,
  exportPlanView,
  importInput,
  importPlanView,
  jobView,
  restoreInput,
  restorePlanView,
  snapshotDetailView,
  snapshotView,
} from './snapshot-views.ts';

const params = z.object({ id: z.string().max(20) });

export const listSnapshots = createRoute({
  method: 'get',
  path: '/api/snapshots',
  summary: 'Every snapshot, the latest first',
  request: { query: applianceQuery },
  responses: { 200: answer(z.array(snapshotView), 'The snapshots'), ...failures },
});

export const snapshot = createRoute({
  method: 'get',
  path: '/api/snapshots/{id}',
  summary: 'One snapshot, and what depends on it',
  request: { query: applianceQuery, params },
  responses: { 200: answer(snapshotDetailView, 'The snapshot'), ...failures },
});

export const deleteSnapshot = createRoute({
  method: 'post',
  path: '/api/snapshots/{id}/delete',
  summary: 'Delete a snapshot for good: its releases cannot be gone back to with their data any more',
  request: { query: applianceQuery, params },
  responses: { 202: answer(jobView, 'Accepted'), ...failures },
});

export const exportPlan = createRoute({
  method: 'get',
  path: '/api/snapshots/{id}/export/plan',
  summary: 'Which snapshot would be written where; an error where it cannot be',
  request: { query: exportInput.extend(applianceQuery.shape), params },
  responses: { 200: answer(exportPlanView, 'The plan'), ...failures },
});

export const exportSnapshot = createRoute({
  method: 'post',
  path: '/api/snapshots/{id}/export',
  summary: "Write a snapshot with its release to one file on the daemon's host",
  request: { query: applianceQuery, params, ...body(exportInput) },
  responses: { 202: answer(jobView, 'Accepted'), ...failures },
});

export const importPlan = createRoute({
  method: 'get',
  path: '/api/snapshots/import/plan',
  summary: "Whether there is such a file on the daemon's host",
  request: { query: exportInput.extend(applianceQuery.shape) },
  responses: { 200: answer(importPlanView, 'The plan'), ...failures },
});

export const importSnapshot = createRoute({
  method: 'post',
  path: '/api/snapshots/import',
  summary: "Bring in a snapshot, or a plain tarball of a data directory, from a file on the daemon's host",
  request: { query: applianceQuery, ...body(importInput) },
  responses: { 202: answer(jobView, 'Accepted'), ...failures },
});

export const job = createRoute({
  method: 'get',
  path: '/api/jobs/{id}',
  summary: 'How far work on a snapshot is',
  request: { params },
  responses: { 200: answer(jobView, 'The job'), ...failures },
});

export const abortJob = createRoute({
  method: 'post',
  path: '/api/jobs/{id}/abort',
  summary: 'Stop work on a snapshot; nothing is left of it',
  request: { params },
  responses: { 200: answer(jobView, 'The job, ended'), ...failures },
});

export const restorePlan = createRoute({
  method: 'get',
  path: '/api/restore/plan',
  summary: 'What a restore would do and cost',
  request: { query: applianceQuery.extend({ snapshot: z.string().max(20), mount: z.string().max(4096).optional() }) },
  responses: { 200: answer(restorePlanView, 'The plan'), ...failures },
});

export const restore = createRoute({
  method: 'post',
  path: '/api/cluster/restore',
  summary: 'Put the data of a snapshot under the version that runs',
  request: { query: applianceQuery, ...body(restoreInput) },
  responses: { 202: answer(operationView, 'Accepted: it goes on in the daemon'), ...failures },
});
