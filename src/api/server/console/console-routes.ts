import type { OpenAPIHono } from '@hono/zod-openapi';
import { type ConsoleView, showConsole } from '../../contract/console.ts';

/** Where the console is. What is asked for at its door is never said, only in which file it is. */
export function addConsole(app: OpenAPIHono, view: () => ConsoleView): void {
  app.openapi(showConsole, (c) => c.json(view(), 200));
}
