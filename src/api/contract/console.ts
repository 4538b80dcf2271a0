import { createRoute, z } from '@hono/zod-openapi';
import { answer, failures } from './route-parts.ts';

/** The web page that the daemon serves where it is asked to listen on TCP. */
export const consoleView = z
  .object({
    state: z.enum(['off', 'listening', 'not-listening']),
    /** Where a browser on the daemon's own machine finds it; null where it is off. */
    url: z.string().nullable(),
    isEncrypted: z.boolean(),
    /** The file with what is asked for at its door; null where it is off. */
    tokenFile: z.string().nullable(),
    /** Why it does not listen though it should. */
    trouble: z.object({ message: z.string(), hint: z.string().nullable() }).nullable(),
  })
  .openapi('Console');
export type ConsoleView = z.infer<typeof consoleView>;

export const signInInput = z.object({ token: z.string().min(1).max(500) }).strict();

export const showConsole = createRoute({
  method: 'get',
  path: '/api/console',
  summary: 'Whether the web console is on, and where',
  responses: { 200: answer(consoleView, 'The console'), ...failures },
});
