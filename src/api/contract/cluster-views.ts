import { z } from '@hono/zod-openapi';
import { NODE_STATES } from '../../domain/cluster.ts';

/** A controller that runs as several instances. */

export const clusterView = z
  .object({
    /** All of its nodes by their services, the controller itself first. */
    nodes: z.array(z.string()),
    /** Those that go over after the controller, one after the other; the others go together with it. */
    inTurn: z.array(z.string()),
    /** Why they are not taken in turn in an upgrade; null where nothing is in the way. */
    because: z.string().nullable(),
  })
  .openapi('Cluster');

export const nodeView = z
  .object({
    name: z.string(),
    state: z.enum(NODE_STATES),
    /** Why it has failed, for the end of a sentence; null where it has not. */
    reason: z.string().nullable(),
  })
  .openapi('Node');

export const legacyPlanView = z
  .object({
    /** In exec form, inside each of the nodes. */
    command: z.array(z.string()),
    deadlineMs: z.number(),
    nodes: z.array(z.string()),
  })
  .openapi('LegacyPlan');

export type ClusterView = z.infer<typeof clusterView>;
export type NodeView = z.infer<typeof nodeView>;
