import { createRoute, z } from '@hono/zod-openapi';
import { answer, body, failures } from './route-parts.ts';

const version = z.string().max(128);
const path = z.string().max(4_096).startsWith('/', 'must be an absolute path');

const cliChangeView = z.object({
  from: z.string().nullable(),
  to: z.string(),
  by: z.string(),
  at: z.string(),
  /** `begun` until the daemon has been handed over; `went-back` where the new one did not come up. */
  outcome: z.enum(['begun', 'done', 'went-back']),
  reason: z.string().nullable(),
});

/** The releases of Belay itself on the daemon's host. */
export const cliReleasesView = z
  .object({
    /** Where they are; null where this Belay was not installed. */
    root: z.string().nullable(),
    /** That of the daemon. */
    running: z.string(),
    /** What `rollback cli` goes to. */
    previous: z.string().nullable(),
    releases: z.array(
      z.object({
        version: z.string(),
        installed: z.string(),
        isCurrent: z.boolean(),
        /** Why it cannot run here; null where it can. */
        problem: z.string().nullable(),
      }),
    ),
    /** Newest first. */
    changes: z.array(cliChangeView),
  })
  .openapi('CliReleases');
export type CliReleasesView = z.infer<typeof cliReleasesView>;

/** The daemon has accepted it and hands itself over; `CliReleases.changes` says how that ended. */
export const cliChangeAcceptedView = cliChangeView.extend({ root: z.string() }).openapi('CliChange');
export type CliChangeAcceptedView = z.infer<typeof cliChangeAcceptedView>;

const updateCliInput = z.strictObject({ version, from: path.optional() });
const rollbackCliInput = z.strictObject({ version: version.optional() });
const installCliInput = z.strictObject({ directory: path });
export type UpdateCliInput = z.infer<typeof updateCliInput>;
export type RollbackCliInput = z.infer<typeof rollbackCliInput>;
export type InstallCliInput = z.infer<typeof installCliInput>;

export const listCliReleases = createRoute({
  method: 'get',
  path: '/api/cli/releases',
  summary: 'The releases of Belay itself on this host, and which one runs',
  responses: { 200: answer(cliReleasesView, 'The releases'), ...failures },
});

export const updateCli = createRoute({
  method: 'post',
  path: '/api/cli/update',
  summary: 'Change over to another release of Belay: one that is here, or from a package on this host',
  request: body(updateCliInput),
  responses: { 202: answer(cliChangeAcceptedView, 'Accepted'), ...failures },
});

export const rollbackCli = createRoute({
  method: 'post',
  path: '/api/cli/rollback',
  summary: 'Change back to the release of Belay that ran before',
  request: body(rollbackCliInput),
  responses: { 202: answer(cliChangeAcceptedView, 'Accepted'), ...failures },
});

export const installCli = createRoute({
  method: 'post',
  path: '/api/cli/install',
  summary: 'Install this release of Belay in a directory, where others can come beside it',
  request: body(installCliInput),
  responses: { 202: answer(cliChangeAcceptedView, 'Accepted'), ...failures },
});
