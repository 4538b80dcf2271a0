import { z } from '@hono/zod-openapi';
import { SERVICE_ROLES } from '../../domain/service-spec.ts';
import { gateView } from './gate-view.ts';

/** A manifest travels as text: its file may lie on another machine than the daemon. */
export const manifestInput = z
  .object({
    /** As it was named, for messages. */
    file: z.string().min(1).max(1_000),
    /** Absolute: what relative host paths in it begin at. */
    directory: z.string().regex(/^\//, 'has to begin with /').max(4_000),
    text: z.string().max(256 * 1024),
    /** `.env` and the environment files that it names, by their path from its directory. */
    files: z.record(z.string().max(1_000), z.string().max(64 * 1024)),
  })
  .strict()
  .openapi('ManifestInput');

export const manifestCheckInput = z
  .object({ manifest: manifestInput, name: z.string().min(1).max(63).optional() })
  .strict()
  .openapi('ManifestCheckInput');

const manifestProblemView = z.object({ file: z.string(), line: z.number(), column: z.number(), message: z.string() });

const manifestService = z.object({
  name: z.string(),
  role: z.enum(SERVICE_ROLES),
  image: z.string(),
  /** Whether an upgrade gives its image the new version as its tag. */
  versioned: z.boolean(),
  dependsOn: z.array(z.string()),
});

export const manifestCheckView = z
  .object({
    /** Everything that is wrong, in the order of the file. */
    problems: z.array(manifestProblemView),
    /** Environment files that it names and that were not handed in, by their path from its directory. */
    wants: z.array(z.string()),
    /** What it asks for; null where something is wrong with it. */
    appliance: z
      .object({
        name: z.string().nullable(),
        title: z.string().nullable(),
        version: z.string(),
        /** In the order in which they are started. */
        services: z.array(manifestService),
        volumes: z.array(z.string()),
        networks: z.array(z.string()),
        /** Powers over the host that it allows its services. */
        allowed: z.array(z.string()),
      })
      .nullable(),
  })
  .openapi('ManifestCheck');

export const installInput = z
  .object({ manifest: manifestInput, name: z.string().min(1).max(63).optional() })
  .strict()
  .openapi('InstallInput');

/** What is in force for an appliance. */
export const manifestView = z
  .object({
    appliance: z.string(),
    /** The file that said so; null where nobody has handed one in. */
    file: z.string().nullable(),
    /** Its lines as they were written, without the values of its variables. */
    lines: z.array(z.string()),
    title: z.string().nullable(),
    banner: z.array(z.string()),
    promptName: z.string().nullable(),
    floor: z.string().nullable(),
    /** How its vendor goes back from versions below a certain one; null where the manifest has no such procedure. */
    legacy: z
      .object({
        below: z.string(),
        command: z.array(z.string()),
        previousVersionCommand: z.array(z.string()).nullable(),
        deadlineMs: z.number(),
      })
      .nullable(),
    /** Where the data is that counts; null where nobody has said that it is elsewhere. */
    data: z.enum(['external']).nullable(),
    /** The vendor's commands for data that Belay cannot clone; `where` is a service, or the image of a container of its own. */
    hooks: z.array(
      z.object({ hook: z.string(), where: z.string(), command: z.array(z.string()), deadlineMs: z.number() }),
    ),
    retention: z.object({ instant: z.number() }),
    services: z.array(
      manifestService.extend({
        gate: gateView,
      }),
    ),
  })
  .openapi('Manifest');

export const applyManifestInput = z.object({ manifest: manifestInput }).strict().openapi('ApplyManifestInput');

export type ManifestInput = z.infer<typeof manifestInput>;
export type ManifestCheckInput = z.infer<typeof manifestCheckInput>;
export type ManifestCheckView = z.infer<typeof manifestCheckView>;
export type ManifestView = z.infer<typeof manifestView>;
export type ApplyManifestInput = z.infer<typeof applyManifestInput>;
export type InstallInput = z.infer<typeof installInput>;
