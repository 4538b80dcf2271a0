import type { OpenAPIHono } from '@hono/zod-openapi';
import * as routes from '../contract/configuration.ts';
import { viewChangePlan } from './change-routes.ts';
import { viewConfiguration } from './configuration-view.ts';
import { applianceOf, userOf } from './request.ts';
import type { Service } from './service.ts';

/** What the services are made with: looked at, and changed. */
export function addConfiguration(app: OpenAPIHono, service: Service): void {
  const { journal } = service.world;
  app.openapi(routes.configuration, (c) => {
    const active = service.active(applianceOf(service, c));
    return c.json(viewConfiguration(journal, active, c.req.valid('query').service), 200);
  });
  app.openapi(routes.environmentPlan, async (c) => {
    const wish = { ...c.req.valid('json'), by: userOf(c) };
    const { plan } = await service.configuration.planEnvironment(applianceOf(service, c), wish);
    return c.json(viewChangePlan(plan), 200);
  });
  app.openapi(routes.changeEnvironment, async (c) => {
    const wish = { ...c.req.valid('json'), by: userOf(c) };
    return c.json(await service.configuration.changeEnvironment(applianceOf(service, c), wish), 202);
  });
  app.openapi(routes.imagePlan, async (c) => {
    const wish = { ...c.req.valid('json'), by: userOf(c) };
    const { kind, planned } = await service.configuration.planImage(applianceOf(service, c), wish);
    if (kind === 'upgrade') return c.json({ kind, plan: planned.plan }, 200);
    return c.json({ kind, plan: viewChangePlan(planned.plan) }, 200);
  });
  app.openapi(routes.changeImage, async (c) => {
    const wish = { ...c.req.valid('json'), by: userOf(c) };
    return c.json(await service.configuration.changeImage(applianceOf(service, c), wish), 202);
  });
}
