import { z } from '@hono/zod-openapi';
import { date } from './view-parts.ts';

/** What is done to an upgrade while it runs or until it is confirmed. */

export const interventionView = z
  .object({
    what: z.enum(['extend', 'abort']),
    by: z.string(),
    at: date,
    /** What an extension added to the gate's deadline. */
    addedMs: z.number().nullable(),
  })
  .openapi('Intervention');

export const confirmationView = z
  .object({
    /** `asked` until the upgrade has taken over, `reverted` when it was gone back from. */
    state: z.enum(['asked', 'pending', 'confirmed', 'reverted']),
    operation: z.string(),
    /** What has to be confirmed, and what comes back otherwise. */
    release: z.string(),
    version: z.string(),
    backTo: z.string(),
    windowMs: z.number(),
    /** While it is pending. `dueAt` is by the daemon's wall clock, which may be set meanwhile. */
    leftMs: z.number().nullable(),
    dueAt: date.nullable(),
    endedBy: z.string().nullable(),
    endedAt: date.nullable(),
  })
  .openapi('Confirmation');

/** A duration is text, as everywhere: `90s`, `10m`, `1h30m`. */
const duration = z.string().min(2).max(32);
export const confirmWithin = duration.optional().openapi({ description: 'Go back unless confirmed so soon: `10m`' });
export const extendInput = z.object({ duration }).strict().openapi('ExtendInput');

export type ConfirmationView = z.infer<typeof confirmationView>;
export type ExtendInput = z.infer<typeof extendInput>;
