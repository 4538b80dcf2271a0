import { z } from '@hono/zod-openapi';

export const errorView = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      hint: z.string().nullable(),
      details: z.record(z.string(), z.unknown()),
    }),
  })
  .openapi('Error');
export type ErrorView = z.infer<typeof errorView>;
