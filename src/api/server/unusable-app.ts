import type { OpenAPIHono } from '@hono/zod-openapi';
import type { BelayError } from '../../domain/errors.ts';
import { health } from '../contract/routes.ts';
import { type AppOptions, baseApp } from './base-app.ts';
import { addJournal, type JournalKeeper } from './journal-keeper.ts';
import { addTechSupport } from './tech-support-routes.ts';

export interface UnusableAppOptions extends AppOptions {
  /** Why the journal cannot be used. */
  trouble: BelayError;
  daemon: { version: string; pid: number; home: string };
  keeper: JournalKeeper;
}

/** What a daemon answers whose journal cannot be used: that, and what can be done about it. */
export function createUnusableApp({ trouble, daemon, keeper, onError }: UnusableAppOptions): OpenAPIHono {
  const app = baseApp({ onError });
  app.openapi(health, (c) => c.json({ ok: true as const, ...daemon, recovering: false }, 200));
  addJournal(app, keeper);
  addTechSupport(app, { ...daemon, keeper, service: null });
  app.all('*', () => {
    throw trouble;
  });
  return app;
}
