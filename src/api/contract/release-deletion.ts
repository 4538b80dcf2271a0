import { createRoute, z } from '@hono/zod-openapi';
import { answer, applianceQuery, failures } from './route-parts.ts';
import { jobView } from './snapshot-views.ts';

const releaseDeletionView = z
  .object({
    appliance: z.string(),
    release: z.string(),
    version: z.string(),
    /** `name` is null where somebody has removed the container already. */
    containers: z.array(z.object({ service: z.string(), name: z.string().nullable(), containerId: z.string() })),
    /** Other releases that have the same containers. */
    copies: z.array(z.string()),
    /** What stays of its data; null where it has none in mounts. */
    data: z.object({ snapshot: z.string(), volumes: z.array(z.string()) }).nullable(),
    /** What a way back makes the containers from. `hasDigest`: its registry can be asked for it again. */
    images: z.array(z.object({ reference: z.string(), here: z.boolean(), hasDigest: z.boolean() })),
    /** Whether `rollback system` goes back to it. */
    isWayBack: z.boolean(),
    warnings: z.array(z.string()),
    obstacles: z.array(z.object({ code: z.string(), message: z.string(), hint: z.string().nullable() })),
  })
  .openapi('ReleaseDeletion');

export type ReleaseDeletionView = z.infer<typeof releaseDeletionView>;

const request = { query: applianceQuery, params: z.object({ id: z.string().max(20) }) };

export const releaseDeletion = createRoute({
  method: 'get',
  path: '/api/releases/{id}/deletion',
  summary: 'What is removed with the containers of a release that was left, and what stays',
  request,
  responses: { 200: answer(releaseDeletionView, 'What it means'), ...failures },
});

export const deleteRelease = createRoute({
  method: 'post',
  path: '/api/releases/{id}/delete',
  summary: 'Remove the containers of a release that was left; its record and its data stay',
  request,
  responses: { 202: answer(jobView, 'Accepted'), ...failures },
});
