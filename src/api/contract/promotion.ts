import { createRoute, z } from '@hono/zod-openapi';
import { operationView } from './operation-views.ts';
import { rollbackPlanView, upgradePlanView } from './plan-views.ts';
import { answer, applianceQuery, body, failures } from './route-parts.ts';
import { confirmWithin } from './running-views.ts';

/** An earlier release's version and configuration with today's data. */

const release = z.string().min(1).max(20);

const promotionInput = z
  .object({
    release,
    confirmWithin,
    /** Also to a version that is quarantined. */
    force: z.boolean().optional(),
  })
  .strict()
  .openapi('PromotionInput');

const promotionPlanView = upgradePlanView
  .extend({
    /** The release whose version and configuration it takes. */
    source: z.object({ release: z.string(), version: z.string(), created: z.iso.datetime() }),
    /** What is set otherwise than now. Secrets are redacted. */
    settings: rollbackPlanView.shape.settings,
  })
  .openapi('PromotionPlan');

export type PromotionInput = z.infer<typeof promotionInput>;
export type PromotionPlanView = z.infer<typeof promotionPlanView>;

export const promotionPlan = createRoute({
  method: 'get',
  path: '/api/promotion/plan',
  summary: "What it would mean to bring an earlier release back with today's data",
  request: { query: applianceQuery.extend({ release, confirmWithin, force: z.stringbool().optional() }) },
  responses: { 200: answer(promotionPlanView, 'The plan'), ...failures },
});

export const promote = createRoute({
  method: 'post',
  path: '/api/cluster/promote',
  summary: "Bring an earlier release's version and configuration back with today's data",
  request: { query: applianceQuery, ...body(promotionInput) },
  responses: { 202: answer(operationView, 'Accepted: it goes on in the daemon'), ...failures },
});
