import { z } from '@hono/zod-openapi';

/** What a service has to prove when it is started. */
export const gateView = z.object({
  deadlineMs: z.number(),
  limitMs: z.number(),
  stableMs: z.number(),
  versionCommand: z.array(z.string()).nullable(),
  ports: z.array(z.number()),
});
