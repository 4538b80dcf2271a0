import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Job } from '../../domain/job.ts';
import type { BundleOutline } from '../../domain/ports/bundle-store.ts';
import * as routes from '../contract/image-routes.ts';
import type { ImportBundlePlanView } from '../contract/image-views.ts';
import { applianceOf, userOf } from './request.ts';
import type { Service } from './service.ts';
import { viewJob } from './snapshot-view.ts';

function viewOutline(file: string, outline: BundleOutline): ImportBundlePlanView {
  const { appliance, version, createdAt, images, sizeBytes } = outline;
  const needed = images.map(({ services, reference }) => ({ services, reference }));
  return { file, appliance, version, createdAt: createdAt.toISOString(), images: needed, sizeBytes };
}

/** Bringing images to where no other registry is needed. */
export function addImages(app: OpenAPIHono, service: Service): void {
  const { images } = service;
  const view = (job: Job) => viewJob({ job, progress: null });
  app.openapi(routes.exportBundlePlan, async (c) => {
    const { version, file } = c.req.valid('query');
    const active = service.active(applianceOf(service, c));
    return c.json(await images.planExport({ active, version, file }, c.req.raw.signal), 200);
  });
  app.openapi(routes.importBundlePlan, async (c) => {
    const { file } = c.req.valid('query');
    const outline = await images.planImport(file, c.req.raw.signal);
    return c.json(viewOutline(file, outline), 200);
  });
  app.openapi(routes.mirrorPlan, async (c) => {
    const { version, registry } = c.req.valid('query');
    const active = service.active(applianceOf(service, c));
    return c.json(await images.planMirror({ active, version, registry }, c.req.raw.signal), 200);
  });
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
