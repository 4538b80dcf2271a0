import { createRoute } from '@hono/zod-openapi';
import { exportBundleInput, mirrorInput } from './image-views.ts';
import { answer, applianceQuery, body, failures } from './route-parts.ts';
import { importBundleInput, jobView } from './snapshot-views.ts';

export const exportBundle = createRoute({
  method: 'post',
  path: '/api/bundles/export',
  summary:
    "Write every image of a version to one file on the daemon's host; the same again goes on where it was cut off",
  request: { query: applianceQuery, ...body(exportBundleInput) },
  responses: { 202: answer(jobView, 'Accepted'), ...failures },
});

export const importBundle = createRoute({
  method: 'post',
  path: '/api/bundles/import',
  summary: "Bring the images of a bundle on the daemon's host to the engine, once all of it has been verified",
  request: body(importBundleInput),
  responses: { 202: answer(jobView, 'Accepted'), ...failures },
});

export const mirror = createRoute({
  method: 'post',
  path: '/api/mirror',
  summary: "Copy every image of a version to the site's own registry, and fetch them from there from then on",
  request: { query: applianceQuery, ...body(mirrorInput) },
  responses: { 202: answer(jobView, 'Accepted'), ...failures },
});
