import type { OpenAPIHono } from '@hono/zod-openapi';
import * as routes from '../contract/running-routes.ts';
import { applianceOf, durationOf, latestOperation, userOf } from './request.ts';
import { abortUpgrade, confirmSystem, extendUpgrade } from './running-upgrade.ts';
import type { Service } from './service.ts';

/** The routes for an upgrade that runs, or that has to be confirmed. */
export function addRunning(app: OpenAPIHono, service: Service): void {
  app.openapi(routes.extendUpgrade, (c) => {
    const addedMs = durationOf(c.req.valid('json').duration);
    return c.json(extendUpgrade(service, latestOperation(service, c), userOf(c), addedMs), 200);
  });
  app.openapi(routes.abortUpgrade, (c) => c.json(abortUpgrade(service, latestOperation(service, c), userOf(c)), 202));
  app.openapi(routes.confirm, (c) => c.json(confirmSystem(service, applianceOf(service, c), userOf(c)), 200));
}
