import { z } from '@hono/zod-openapi';
import { errorView } from './error-view.ts';

/** What routes have in common. */

export const applianceQuery = z.object({
  appliance: z
    .string()
    .max(63)
    .optional()
    .openapi({ description: 'Which appliance; may be left out where there is one.' }),
});

export const failures = {
  default: { description: 'What went wrong', content: { 'application/json': { schema: errorView } } },
};

export const answer = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});

export const body = <T extends z.ZodType>(schema: T) => ({
  body: { required: true, content: { 'application/json': { schema } } },
});
