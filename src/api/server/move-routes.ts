import type { OpenAPIHono } from '@hono/zod-openapi';
import { directoryNamed, ownerNamed, volumeNamed } from '../../domain/data-target.ts';
import type { MoveRequest } from '../../sequences/plan-move.ts';
import * as routes from '../contract/move.ts';
import { applianceOf, userOf } from './request.ts';
import type { Service } from './service.ts';

/** Data that is to lie somewhere else. */
export function addMoves(app: OpenAPIHono, service: Service): void {
  app.openapi(routes.movePlan, async (c) => {
    const { plan } = await service.planMove(applianceOf(service, c), moveRequest(c.req.valid('query'), userOf(c)));
    return c.json(plan, 200);
  });
  app.openapi(routes.move, async (c) =>
    c.json(await service.move(applianceOf(service, c), moveRequest(c.req.valid('json'), userOf(c))), 202),
  );
}

function moveRequest({ to, place, mount, owner }: routes.MoveInput, by: string): MoveRequest {
  return {
    target: to === 'bind' ? { kind: to, path: directoryNamed(place) } : { kind: to, name: volumeNamed(place) },
    mount,
    owner: owner === undefined ? undefined : ownerNamed(owner),
    by,
  };
}
