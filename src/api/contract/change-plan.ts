import { z } from '@hono/zod-openapi';
import { followingView, rollbackPlanView } from './plan-views.ts';

/** Releases on the same data in which some services are others. */

const version = z.object({ release: z.string(), version: z.string() });

export const changePlanView = z
  .object({
    appliance: z.string(),
    from: version,
    to: version.pick({ version: true }),
    steps: z.array(z.object({ name: z.string(), title: z.string() })),
    /** The services that get new containers: another image, other settings, or neither. */
    changes: z.array(
      z.object({
        service: z.string(),
        image: z.object({ now: z.string(), after: z.string() }).nullable(),
        settings: rollbackPlanView.shape.settings,
      }),
    ),
    /** The services that the release before does not have. */
    added: z.array(z.object({ service: z.string(), image: z.string(), containerName: z.string() })),
    /** The services that the new release does not have: their containers stay, turned off. */
    removed: z.array(z.string()),
    /** The services that go on untouched. */
    kept: z.array(z.string()),
    /** The service engines that are exchanged or added, a few at a time; null where there are none. */
    engines: followingView.nullable(),
    /** Null where the controller goes on. */
    downtimeForecastMs: z.number().nullable(),
    warnings: z.array(z.string()),
    obstacles: z.array(z.object({ code: z.string(), message: z.string(), hint: z.string().nullable() })),
  })
  .openapi('ChangePlan');

export type ChangePlanView = z.infer<typeof changePlanView>;
