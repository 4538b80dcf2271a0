import { z } from '@hono/zod-openapi';
import { manifestInput } from './manifest-views.ts';
import { confirmWithin } from './running-views.ts';

export const adoptInput = z
  .object({
    container: z.string().min(1).max(200).optional(),
    /** Instead: all containers of a Compose project. */
    project: z.string().min(1).max(200).optional(),
    /** Of a project: the service whose version is the appliance's, where that cannot be told. */
    controller: z.string().min(1).max(200).optional(),
    name: z.string().min(1).max(63).optional(),
    manifest: manifestInput.optional(),
  })
  .strict()
  .refine(({ container, project }) => (container === undefined) !== (project === undefined), {
    error: 'names either a container or a project',
  })
  .openapi('AdoptInput');

export const upgradeInput = z
  .object({
    version: z.string().min(1).max(128),
    confirmWithin,
    /** Also to a version that is quarantined. */
    force: z.boolean().optional(),
  })
  .strict()
  .openapi('UpgradeInput');

export const rollbackInput = z
  .object({
    release: z.string().min(1).max(20).optional(),
    /** By the vendor's own procedure, also where that is not the way from what runs. */
    legacy: z.boolean().optional(),
  })
  .strict()
  .openapi('RollbackInput');
export type AdoptInput = z.infer<typeof adoptInput>;
export type UpgradeInput = z.infer<typeof upgradeInput>;
export type RollbackInput = z.infer<typeof rollbackInput>;
