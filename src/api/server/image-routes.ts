import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Job } from '../../domain/job.ts';
import * as routes from '../contract/image-routes.ts';
import { applianceOf, userOf } from './request.ts';
import type { Service } from './service.ts';
import { viewJob } from './snapshot-view.ts';

/** Bringing images to where no other registry is needed. */
export function addImages(app: OpenAPIHono, service: Service): void {
  const { images } = service;
  const view = (job: Job) => viewJob({ job, progress: null });
  app.openapi(routes.exportBundle, (c) => {
    const appliance = applianceOf(service, c);
    const request = { ...c.req.valid('json'), by: userOf(c) };
    return c.json(view(images.export(appliance, service.active(appliance), request)), 202);
  });
  app.openapi(routes.importBundle, (c) => c.json(view(images.import(c.req.valid('json').file, userOf(c))), 202));
  app.openapi(routes.mirror, (c) => {
    const appliance = applianceOf(service, c);
    const request = { ...c.req.valid('json'), by: userOf(c) };
    return c.json(view(images.mirror(appliance, service.active(appliance), request)), 202);
  });
}
