import type { OpenAPIHono } from '@hono/zod-openapi';
import * as routes from '../contract/change.ts';
import { applianceOf, userOf } from './request.ts';
import type { Service } from './service.ts';

/** The same data under other services. */
export function addChanges(app: OpenAPIHono, service: Service): void {
  app.openapi(routes.engineUpdatePlan, async (c) => {
    const request = { name: c.req.valid('query').name, by: userOf(c) };
    return c.json((await service.planEngineUpdate(applianceOf(service, c), request)).plan, 200);
  });
  app.openapi(routes.updateEngines, async (c) => {
    const request = { name: c.req.valid('json').name, by: userOf(c) };
    return c.json(await service.updateEngines(applianceOf(service, c), request), 202);
  });
}
