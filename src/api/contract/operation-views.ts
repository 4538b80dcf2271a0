import { z } from '@hono/zod-openapi';
import { nodeView } from './cluster-views.ts';
import { hookRunView, staleLockView } from './hook-views.ts';
import { rehearsalView } from './rehearsal-views.ts';
import { confirmationView, interventionView } from './running-views.ts';
import { date, releaseId } from './view-parts.ts';

export const stepView = z
  .object({
    name: z.string(),
    title: z.string(),
    status: z.enum(['pending', 'running', 'done', 'failed', 'reverting', 'reverted', 'skipped']),
    /** 0 to 1; null where there is no quantity. */
    progress: z.number().nullable(),
    doneBytes: z.number().nullable(),
    totalBytes: z.number().nullable(),
    startedAt: date.nullable(),
    endedAt: date.nullable(),
    takenBackAt: date.nullable(),
    detail: z.string().nullable(),
  })
  .openapi('Step');

export const operationView = z
  .object({
    id: z.string(),
    appliance: z.string(),
    kind: z.enum([
      'upgrade',
      'rollback',
      'restore',
      'repair',
      'install',
      'move',
      'rehearsal',
      'promotion',
      'change',
      'legacy-rollback',
    ]),
    state: z.enum(['running', 'succeeded', 'rolled-back', 'failed', 'needs-attention']),
    /** Versions; the releases are beside them. */
    from: z.string(),
    to: z.string(),
    fromRelease: releaseId,
    toRelease: releaseId,
    by: z.string(),
    startedAt: date,
    endedAt: date.nullable(),
    /** Why it did not succeed, or why the machine began it by itself. */
    reason: z.string().nullable(),
    /** What to type next, where the reason calls for something. */
    hint: z.string().nullable(),
    downtimeMs: z.number().nullable(),
    /** While the appliance is down: when it stopped serving. */
    downSince: date.nullable(),
    /** The last lines of the failing container's log, oldest first. */
    logTail: z.array(z.string()),
    /** How often a daemon has taken it up again after a crash. */
    recoveries: z.number(),
    steps: z.array(stepView),
    /** How far each node of the controller is; empty where it has only one. */
    nodes: z.array(nodeView),
    /** What administrators did to it while it ran. */
    interventions: z.array(interventionView),
    /** What they can do to it now. */
    can: z.array(z.enum(['extend', 'abort'])),
    /** A lock that a killed server had left, over which the new release has stumbled. */
    staleLock: staleLockView.nullable(),
    /** What a rehearsal has found out; null for other operations, and until it has. */
    rehearsal: rehearsalView.nullable(),
    /** What came of the vendor's commands, in the order in which they ended. */
    hooks: z.array(hookRunView),
    /** Null where it needs no confirmation. */
    confirmation: confirmationView.nullable(),
  })
  .openapi('Operation');
export type StepView = z.infer<typeof stepView>;
export type OperationView = z.infer<typeof operationView>;
