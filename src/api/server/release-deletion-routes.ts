import type { OpenAPIHono } from '@hono/zod-openapi';
import { planReleaseDeletion } from '../../sequences/delete-release.ts';
import * as routes from '../contract/release-deletion.ts';
import { applianceOf, userOf } from './request.ts';
import type { Service } from './service.ts';
import { viewJob } from './snapshot-view.ts';

/** What becomes of a release that was left, when it is not wanted any more. */
export function addReleaseDeletion(app: OpenAPIHono, service: Service): void {
  const { snapshots, world } = service;
  app.openapi(routes.releaseDeletion, async (c) => {
    const active = service.active(applianceOf(service, c));
    return c.json(await planReleaseDeletion(world, active, c.req.valid('param').id), 200);
  });
  app.openapi(routes.deleteRelease, async (c) => {
    const job = await snapshots.deleteRelease(applianceOf(service, c), c.req.valid('param').id, userOf(c));
    return c.json(viewJob({ job, progress: null }), 202);
  });
}
