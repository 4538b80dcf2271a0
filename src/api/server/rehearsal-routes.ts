import type { OpenAPIHono } from '@hono/zod-openapi';
import * as routes from '../contract/rehearsal-routes.ts';
import { applianceOf, userOf } from './request.ts';
import type { Service } from './service.ts';

/** The routes of rehearsals. */
export function addRehearsal(app: OpenAPIHono, service: Service): void {
  app.openapi(routes.rehearsalPlan, async (c) => {
    const request = { version: c.req.valid('query').version, by: userOf(c) };
    return c.json((await service.planRehearsal(applianceOf(service, c), request)).plan, 200);
  });
  app.openapi(routes.rehearse, async (c) => {
    const request = { version: c.req.valid('json').version, by: userOf(c) };
    return c.json(await service.rehearse(applianceOf(service, c), request), 202);
  });
}
