import type { OpenAPIHono } from '@hono/zod-openapi';
import type { JournalReport, JournalRestored } from '../../domain/journal-report.ts';
import * as routes from '../contract/journal-routes.ts';

/** Looks after the journal itself, also while it cannot be used. */
export interface JournalKeeper {
  check(): Promise<JournalReport>;
  /** `refused` where the journal is sound; `not-found` where there is no such copy. */
  restore(copy?: number): Promise<JournalRestored>;
}

export function addJournal(app: OpenAPIHono, keeper: JournalKeeper): void {
  app.openapi(routes.journalCheck, async (c) => c.json(await keeper.check(), 200));
  app.openapi(routes.journalRestore, async (c) => c.json(await keeper.restore(c.req.valid('json')?.copy), 200));
}
