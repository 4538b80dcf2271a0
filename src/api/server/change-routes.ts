import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ChangePlan } from '../../domain/plan.ts';
import { redactedChange } from '../../domain/release-diff.ts';
import * as routes from '../contract/change.ts';
import { applianceOf, userOf } from './request.ts';
import type { Service } from './service.ts';

/** The same data under other services. */
export function addChanges(app: OpenAPIHono, service: Service): void {
  app.openapi(routes.engineUpdatePlan, async (c) => {
    const request = { name: c.req.valid('query').name, by: userOf(c) };
    return c.json(viewChangePlan((await service.engines.planUpdate(applianceOf(service, c), request)).plan), 200);
  });
  app.openapi(routes.updateEngines, async (c) => {
    const request = { name: c.req.valid('json').name, by: userOf(c) };
    return c.json(await service.engines.update(applianceOf(service, c), request), 202);
  });
}

/** As anybody may see it. */
export const viewChangePlan = (plan: ChangePlan): ChangePlan => ({
  ...plan,
  changes: plan.changes.map((each) => ({ ...each, settings: each.settings.map(redactedChange) })),
});
