import { createRoute, z } from '@hono/zod-openapi';
import { operationView } from './operation-views.ts';
import { upgradePlanView } from './plan-views.ts';
import { answer, applianceQuery, body, failures } from './route-parts.ts';

const moveInput = z
  .object({
    /** A directory of the host, or a volume that is made for it. */
    to: z.enum(['bind', 'volume']),
    /** The directory with its whole path, or the name of the volume. */
    place: z.string().min(1).max(4096),
    /** Which mount, where there are several: by where it is in the containers. */
    mount: z.string().min(1).max(4096).optional(),
    /** Whose the data is to be, in numbers: `102:105`. It stays as it is where this is left out. */
    owner: z.string().min(1).max(21).optional(),
  })
  .strict()
  .openapi('MoveInput');

const plannedMountView = upgradePlanView.shape.mounts.element;
const version = z.object({ release: z.string(), version: z.string() });

const movePlanView = z
  .object({
    appliance: z.string(),
    from: version,
    to: version.pick({ version: true }),
    steps: z.array(z.object({ name: z.string(), title: z.string() })),
    /** The data that moves, as it is now. */
    data: plannedMountView,
    target: z.object({ kind: z.enum(['volume', 'bind']), source: z.string() }),
    owner: z.object({ uid: z.number(), gid: z.number() }).nullable(),
    /** Where what is left of it is set aside; null where it stays in its volume. */
    setAside: z.string().nullable(),
    /** The other mounts. */
    others: z.array(plannedMountView),
    space: z.array(z.object({ path: z.string(), neededBytes: z.number(), freeBytes: z.number() })),
    preCopyForecastMs: z.number(),
    downtimeForecastMs: z.number(),
    warnings: z.array(z.string()),
    obstacles: z.array(z.object({ code: z.string(), message: z.string(), hint: z.string().nullable() })),
  })
  .openapi('MovePlan');

export type MoveInput = z.infer<typeof moveInput>;
export type MovePlanView = z.infer<typeof movePlanView>;

export const movePlan = createRoute({
  method: 'get',
  path: '/api/move/plan',
  summary: 'What it would mean to move the data of a mount to another place',
  request: { query: moveInput.extend(applianceQuery.shape) },
  responses: { 200: answer(movePlanView, 'The plan'), ...failures },
});

export const move = createRoute({
  method: 'post',
  path: '/api/cluster/move',
  summary: 'Move the data of a mount to another place, under the version that runs',
  request: { query: applianceQuery, ...body(moveInput) },
  responses: { 202: answer(operationView, 'Accepted: it goes on in the daemon'), ...failures },
});
