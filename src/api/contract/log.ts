import { createRoute, z } from '@hono/zod-openapi';
import { errorView } from './error-view.ts';

/** The log of an appliance's containers. */

export const logLineView = z
  .object({
    service: z.string(),
    /** When the engine took it; null where it does not say. */
    at: z.iso.datetime().nullable(),
    text: z.string(),
  })
  .openapi('LogLine');

export type LogLineView = z.infer<typeof logLineView>;

const query = z.object({
  appliance: z.string().max(63).optional(),
  service: z.string().max(128).optional().openapi({ description: 'Of which service; of all, where it is left out.' }),
  lines: z.coerce
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(200)
    .openapi({ description: 'How many of the last lines.' }),
});

const failures = {
  default: { description: 'What went wrong', content: { 'application/json': { schema: errorView } } },
};

export const log = createRoute({
  method: 'get',
  path: '/api/log',
  summary: 'The last lines of the log of what runs, oldest first',
  request: { query },
  responses: {
    200: { description: 'The lines', content: { 'application/json': { schema: z.array(logLineView) } } },
    ...failures,
  },
});

export const followLog = createRoute({
  method: 'get',
  path: '/api/log/stream',
  summary: 'Server-sent events: the last lines of the log, then each that comes, until what runs ends',
  request: { query },
  responses: {
    200: { description: 'The stream', content: { 'text/event-stream': { schema: z.string() } } },
    ...failures,
  },
});
