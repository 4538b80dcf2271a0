import { z } from '@hono/zod-openapi';

export const serviceEngineView = z
  .object({
    name: z.string(),
    version: z.string(),
    /** `orphaned`: it joined after the release that was gone back to, and is cut off. */
    state: z.enum(['up', 'down', 'failed', 'updating', 'orphaned']),
    /** When it joined. */
    joined: z.string(),
    release: z.string(),
    /** Why it is not up, in a few words; null where it is. */
    reason: z.string().nullable(),
    /** The service engine that it was copied from, or its own name. */
    group: z.string(),
    /** Null where there is no container any more. */
    container: z.string().nullable(),
  })
  .openapi('ServiceEngine');

export type ServiceEngineView = z.infer<typeof serviceEngineView>;

/** What goes with service engines that a rollback has cut off. */
export const orphanDeletionView = z
  .object({
    appliance: z.string(),
    engines: z.array(z.object({ name: z.string(), release: z.string(), containers: z.array(z.string()) })),
  })
  .openapi('OrphanDeletion');

export type OrphanDeletionView = z.infer<typeof orphanDeletionView>;
