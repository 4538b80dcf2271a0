import { createRoute } from '@hono/zod-openapi';
import {
  exportBundleInput,
  exportBundlePlanView,
  importBundlePlanView,
  mirrorInput,
  mirrorPlanView,
} from './image-views.ts';
import { answer, applianceQuery, body, failures } from './route-parts.ts';
import { importBundleInput, jobView } from './snapshot-views.ts';

export const exportBundlePlan = createRoute({
  method: 'get',
  path: '/api/bundles/export/plan',
  summary: 'What an export would fetch and write; an error where it cannot be done',
  request: { query: exportBundleInput.extend(applianceQuery.shape) },
  responses: { 200: answer(exportBundlePlanView, 'The plan'), ...failures },
});

export const exportBundle = createRoute({
  method: 'post',
  path: '/api/bundles/export',
  summary:
    "Write every image of a version to one file on the daemon's host; the same again goes on where it was cut off",
  request: { query: applianceQuery, ...body(exportBundleInput) },
  responses: { 202: answer(jobView, 'Accepted'), ...failures },
});

export const importBundlePlan = createRoute({
  method: 'get',
  path: '/api/bundles/import/plan',
  summary: 'What a bundle says that it brings, before it is verified; an error where it is none',
  request: { query: importBundleInput.extend(applianceQuery.shape) },
  responses: { 200: answer(importBundlePlanView, 'The plan'), ...failures },
});

export const importBundle = createRoute({
  method: 'post',
  path: '/api/bundles/import',
  summary: "Bring the images of a bundle on the daemon's host to the engine, once all of it has been verified",
  request: body(importBundleInput),
  responses: { 202: answer(jobView, 'Accepted'), ...failures },
});

export const mirrorPlan = createRoute({
  method: 'get',
  path: '/api/mirror/plan',
  summary: 'What a mirror would copy; an error where it cannot be done',
  request: { query: mirrorInput.extend(applianceQuery.shape) },
  responses: { 200: answer(mirrorPlanView, 'The plan'), ...failures },
});

export const mirror = createRoute({
  method: 'post',
  path: '/api/mirror',
  summary: "Copy every image of a version to the site's own registry, and fetch them from there from then on",
  request: { query: applianceQuery, ...body(mirrorInput) },
  responses: { 202: answer(jobView, 'Accepted'), ...failures },
});
