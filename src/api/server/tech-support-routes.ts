import type { OpenAPIHono } from '@hono/zod-openapi';
import * as routes from '../contract/tech-support.ts';
import { TechSupport, type TechSupportSources } from './evidence/tech-support.ts';

export function addTechSupport(app: OpenAPIHono, sources: TechSupportSources): void {
  const techSupport = new TechSupport(sources);
  app.openapi(routes.makeTechSupport, async (c) => c.json(await techSupport.make(), 201));
  app.openapi(routes.listTechSupport, (c) => c.json(techSupport.list(), 200));
  app.openapi(routes.readTechSupport, (c) => {
    const { name } = c.req.valid('param');
    const { stream, sizeBytes } = techSupport.read(name);
    return c.body(stream, 200, {
      'Content-Type': 'application/gzip',
      'Content-Length': String(sizeBytes),
      'Content-Disposition': `attachment; filename="${name}"`,
    }) as never;
  });
}
