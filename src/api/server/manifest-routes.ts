import type { OpenAPIHono } from '@hono/zod-openapi';
import * as routes from '../contract/manifest-routes.ts';
import { applyManifest, installRequest, viewCheck, viewManifest } from './manifests.ts';
import { userOf } from './request.ts';
import type { Service } from './service.ts';

/** What is done with manifests. */
export function addManifests(app: OpenAPIHono, service: Service): void {
  app.openapi(routes.checkManifest, (c) => c.json(viewCheck(c.req.valid('json')), 200));
  app.openapi(routes.install, async (c) => {
    const operation = await service.install(installRequest(c.req.valid('json'), userOf(c)));
    return c.json(operation, 202);
  });
  app.openapi(routes.showManifest, (c) => {
    const appliance = service.appliance(c.req.valid('query').appliance);
    return c.json(viewManifest(appliance, service.active(appliance)), 200);
  });
  app.openapi(routes.applyManifest, (c) => {
    const { journal } = service.world;
    const { name } = service.appliance(c.req.valid('query').appliance);
    applyManifest(
      journal,
      service.appliance(name),
      service.active(service.appliance(name)),
      c.req.valid('json').manifest,
    );
    const appliance = service.appliance(name);
    return c.json(viewManifest(appliance, service.active(appliance)), 200);
  });
}
