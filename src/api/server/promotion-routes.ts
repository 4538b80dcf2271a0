import type { OpenAPIHono } from '@hono/zod-openapi';
import { redactedChange } from '../../domain/release-diff.ts';
import * as routes from '../contract/promotion.ts';
import { applianceOf, userOf, windowOf } from './request.ts';
import type { Service } from './service.ts';

/** Earlier releases that come back with today's data. */
export function addPromotion(app: OpenAPIHono, service: Service): void {
  app.openapi(routes.promotionPlan, async (c) => {
    const { release, confirmWithin, force } = c.req.valid('query');
    const request = { release, confirmWithinMs: windowOf(confirmWithin), force, by: userOf(c) };
    const { plan } = await service.planPromotion(applianceOf(service, c), request);
    const { source, settings, ...rest } = plan;
    const { createdAt, ...named } = source;
    const view = { ...rest, source: { ...named, created: createdAt.toISOString() } };
    return c.json({ ...view, settings: settings.map(redactedChange) }, 200);
  });
  app.openapi(routes.promote, async (c) => {
    const { release, confirmWithin, force } = c.req.valid('json');
    const request = { release, confirmWithinMs: windowOf(confirmWithin), force, by: userOf(c) };
    return c.json(await service.promote(applianceOf(service, c), request), 202);
  });
}
