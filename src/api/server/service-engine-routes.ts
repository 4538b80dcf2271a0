import type { OpenAPIHono } from '@hono/zod-openapi';
import { planOrphanDeletion } from '../../sequences/delete-orphans.ts';
import * as routes from '../contract/service-engines.ts';
import { viewChangePlan } from './change-routes.ts';
import { applianceOf, userOf } from './request.ts';
import type { Service } from './service.ts';
import { viewServiceEngines } from './service-engine-view.ts';
import { viewJob } from './snapshot-view.ts';

/** How many service engines there are, and how they are. */
export function addServiceEngines(app: OpenAPIHono, service: Service): void {
  const { engines } = service;
  app.openapi(routes.listServiceEngines, async (c) =>
    c.json(await viewServiceEngines(service.world, applianceOf(service, c)), 200),
  );
  app.openapi(routes.scalingPlan, async (c) => {
    const { count, group } = c.req.valid('query');
    const { plan } = await engines.planScaling(applianceOf(service, c), { count, group, by: userOf(c) });
    return c.json(viewChangePlan(plan), 200);
  });
  app.openapi(routes.scaleServiceEngines, async (c) => {
    const { count, group } = c.req.valid('json');
    return c.json(await engines.scale(applianceOf(service, c), { count, group, by: userOf(c) }), 202);
  });
  app.openapi(routes.engineRemovalPlan, async (c) => {
    const request = { name: c.req.valid('query').name, by: userOf(c) };
    return c.json(viewChangePlan((await engines.planRemoval(applianceOf(service, c), request)).plan), 200);
  });
  app.openapi(routes.removeServiceEngine, async (c) => {
    const request = { name: c.req.valid('json').name, by: userOf(c) };
    return c.json(await engines.remove(applianceOf(service, c), request), 202);
  });
  app.openapi(routes.resumePlan, async (c) =>
    c.json(viewChangePlan((await engines.planResume(applianceOf(service, c), { by: userOf(c) })).plan), 200),
  );
  app.openapi(routes.resumeServiceEngines, async (c) =>
    c.json(await engines.resume(applianceOf(service, c), { by: userOf(c) }), 202),
  );
  app.openapi(routes.orphanDeletion, async (c) => {
    const { name } = applianceOf(service, c);
    return c.json(await planOrphanDeletion(service.world, name, c.req.valid('query').name), 200);
  });
  app.openapi(routes.deleteOrphans, async (c) => {
    const { name } = c.req.valid('json');
    const job = await service.snapshots.deleteOrphans(applianceOf(service, c), name, userOf(c));
    return c.json(viewJob({ job, progress: null }), 202);
  });
}
