import { z } from '@hono/zod-openapi';

/** What an upgrade that was rehearsed would be like. */
export const rehearsalView = z
  .object({
    /** From the start of the new version to its first good answer, its migrations included. */
    servingMs: z.number(),
    /** How long the real upgrade would be down: stopping, bringing the clone level, starting. */
    expectedDowntimeMs: z.number(),
    /** False where the data was written all the time while it was cloned: a server may stumble over that. */
    isOfOneMoment: z.boolean(),
  })
  .openapi('Rehearsal');

export const rehearsalInput = z
  .object({ version: z.string().min(1).max(128) })
  .strict()
  .openapi('RehearsalInput');

export type RehearsalInput = z.infer<typeof rehearsalInput>;
