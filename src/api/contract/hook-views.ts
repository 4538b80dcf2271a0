import { z } from '@hono/zod-openapi';

/** The vendor's commands for data that Belay cannot clone. */

export const hookRunView = z
  .object({
    hook: z.enum(['backup', 'restore', 'quiesce', 'thaw', 'legacy']),
    /** The version that it was run for. */
    version: z.string(),
    /** In words: in which service, or in a container of which image. */
    where: z.string(),
    /** Null where it did not end in time, or could not be begun. */
    exitCode: z.number().nullable(),
    at: z.iso.datetime(),
    tookMs: z.number(),
    /** The last of what it said, without secrets. */
    output: z.array(z.string()),
  })
  .openapi('HookRun');

export const externalDataView = z
  .object({
    /** `said` by the manifest, `assumed` because nothing is mounted that could be cloned; null where hooks are all there is. */
    external: z.enum(['said', 'assumed']).nullable(),
    /** Whether the operation runs the hook. */
    backup: z.boolean(),
    restore: z.boolean(),
    /** What becomes of it. */
    sentence: z.string(),
  })
  .openapi('ExternalData');

export const staleLockView = z
  .object({
    service: z.string(),
    /** Where it was found, in one sentence. */
    found: z.string(),
    /** What the vendor says that is to be done. */
    remedy: z.string(),
    /** What to type for that; null where the vendor does not say. */
    command: z.string().nullable(),
  })
  .openapi('StaleLock');
