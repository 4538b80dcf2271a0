import { z } from '@hono/zod-openapi';
import { HOST_POWERS } from '../../domain/host-powers.ts';
import { date } from './view-parts.ts';

const obstacleView = z.object({ code: z.string(), message: z.string(), hint: z.string().nullable() });

export const snapshotView = z
  .object({
    id: z.string(),
    /** Of the release that the data belonged to; null for a plain tarball. */
    version: z.string().nullable(),
    /** When its release was last left; null where that is not known. */
    taken: date.nullable(),
    kind: z.enum(['instant', 'archive', 'imported']),
    /** On disk; null where it has not been measured yet. */
    sizeBytes: z.number().nullable(),
    /** The latest release with this data; null for a plain tarball. */
    release: z.string().nullable(),
    /** Where it came from, or what is being done with it. */
    note: z.string().nullable(),
  })
  .openapi('Snapshot');

export const snapshotDetailView = snapshotView
  .extend({
    /** Every release that could not be gone back to without it, the latest first. */
    releases: z.array(z.object({ release: z.string(), version: z.string() })),
    mounts: z.array(z.object({ targets: z.array(z.string()), kind: z.enum(['volume', 'bind']), path: z.string() })),
    archive: z
      .object({
        path: z.string(),
        sha256: z.string(),
        dataBytes: z.number(),
        files: z.number(),
        format: z.enum(['belay', 'tar']),
        prefix: z.string(),
      })
      .nullable(),
    /** Why it cannot be used as it is, in one sentence. */
    problem: z.string().nullable(),
    /** Whether `rollback system` goes back to it. */
    isWayBack: z.boolean(),
    /** Whether it is the only snapshot with a release that can be gone back to. */
    isLastWayBack: z.boolean(),
  })
  .openapi('SnapshotDetail');

export const jobView = z
  .object({
    id: z.string(),
    kind: z.enum([
      'archive',
      'export',
      'import',
      'delete',
      'delete-release',
      'delete-engines',
      'export-bundle',
      'import-bundle',
      'mirror',
    ]),
    appliance: z.string().nullable(),
    snapshot: z.string().nullable(),
    file: z.string().nullable(),
    by: z.string(),
    state: z.enum(['running', 'done', 'failed']),
    /** What came of it, in one sentence; null while it runs. */
    message: z.string().nullable(),
    hint: z.string().nullable(),
    startedAt: date,
    endedAt: date.nullable(),
    doneBytes: z.number().nullable(),
    /** Null where it is not known. */
    totalBytes: z.number().nullable(),
    detail: z.string().nullable(),
  })
  .openapi('Job');

export const restorePlanView = z
  .object({
    appliance: z.string(),
    snapshot: z.object({
      id: z.string(),
      version: z.string().nullable(),
      takenAt: date.nullable(),
      sizeBytes: z.number(),
      files: z.number(),
    }),
    from: z.object({ release: z.string(), version: z.string() }),
    to: z.object({ version: z.string() }),
    steps: z.array(z.object({ name: z.string(), title: z.string() })),
    mounts: z.array(z.object({ targets: z.array(z.string()), path: z.string(), source: z.string().nullable() })),
    unpackForecastMs: z.number(),
    downtimeForecastMs: z.number(),
    keptWith: z.string(),
    warnings: z.array(z.string()),
    obstacles: z.array(obstacleView),
  })
  .openapi('RestorePlan');

/** On the daemon's host, from its root. */
export const hostFile = z
  .string()
  .max(4096)
  .regex(/^\/[^\0]*[^/\0]$/, 'A file is named with its whole path, such as /backup/acme.belay');

export const exportInput = z.object({ file: hostFile }).strict().openapi('ExportInput');
export const importInput = z
  .object({
    file: hostFile,
    /** Powers over the host that a release in the file may ask for. */
    allow: z.array(z.enum(HOST_POWERS)).max(HOST_POWERS.length).optional(),
  })
  .strict()
  .openapi('ImportInput');
export const exportPlanView = z.object({ snapshot: z.string(), file: z.string() }).openapi('ExportPlan');
export const importPlanView = z.object({ file: z.string(), sizeBytes: z.number() }).openapi('ImportPlan');
export const importBundleInput = z.object({ file: hostFile }).strict().openapi('ImportBundleInput');
export const restoreInput = z
  .object({ snapshot: z.string().min(1).max(20), mount: z.string().min(1).max(4096).optional() })
  .strict()
  .openapi('RestoreInput');

export type ExportPlanView = z.infer<typeof exportPlanView>;
export type ImportPlanView = z.infer<typeof importPlanView>;
export type SnapshotView = z.infer<typeof snapshotView>;
export type SnapshotDetailView = z.infer<typeof snapshotDetailView>;
export type JobView = z.infer<typeof jobView>;
export type RestorePlanView = z.infer<typeof restorePlanView>;
export type ExportInput = z.infer<typeof exportInput>;
export type ImportInput = z.infer<typeof importInput>;
export type ImportBundleInput = z.infer<typeof importBundleInput>;
export type RestoreInput = z.infer<typeof restoreInput>;
