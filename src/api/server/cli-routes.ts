import type { OpenAPIHono } from '@hono/zod-openapi';
import * as routes from '../contract/cli-releases.ts';
import type { CliService, Handover } from './cli-service.ts';
import { userOf } from './request.ts';

/** The routes of Belay's own releases. */
export function addCliReleases(app: OpenAPIHono, cli: CliService): void {
  const view = ({ change, installation }: Handover) => ({ ...change, root: installation.root });
  app.openapi(routes.listCliReleases, async (c) => c.json(await cli.view(), 200));
  app.openapi(routes.updateCli, async (c) =>
    c.json(view(await cli.update({ ...c.req.valid('json'), by: userOf(c) })), 202),
  );
  app.openapi(routes.rollbackCli, async (c) =>
    c.json(view(await cli.rollback({ ...c.req.valid('json'), by: userOf(c) })), 202),
  );
  app.openapi(routes.installCli, async (c) =>
    c.json(view(await cli.install({ ...c.req.valid('json'), by: userOf(c) })), 202),
  );
}
