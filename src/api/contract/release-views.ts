import { z } from '@hono/zod-openapi';
import { SERVICE_ROLES } from '../../domain/service-spec.ts';
import { date, releaseId } from './view-parts.ts';

const noteView = z.object({ text: z.string(), by: z.string(), at: date });

export const releaseView = z
  .object({
    id: releaseId,
    version: z.string(),
    created: date,
    by: z.string(),
    status: z.enum(['active', 'superseded', 'rolled-back', 'imported', 'failed']),
    origin: z.enum(['adopt', 'install', 'upgrade', 'rollback', 'promotion', 'restore', 'move', 'change', 'import']),
    copyOf: releaseId.nullable(),
    slot: z.string(),
    data: z.object({
      state: z.enum(['live', 'frozen', 'archived', 'gone', 'none']),
      sizeBytes: z.number().nullable(),
      frozenAt: date.nullable(),
    }),
    image: z.string(),
    digest: z.string().nullable(),
    /** What somebody has written about it; null where nobody has. */
    note: noteView.nullable(),
  })
  .openapi('Release');

export const releaseNameView = releaseView
  .pick({ id: true, version: true, created: true, status: true })
  .openapi('ReleaseName');

const mountView = z.object({
  kind: z.enum(['volume', 'bind']),
  source: z.string(),
  target: z.string(),
  readOnly: z.boolean(),
  /** Null where the mount is shared by all releases. */
  dataPath: z.string().nullable(),
  sharedBecause: z.string().nullable(),
});

export const releaseDetailView = releaseView
  .extend({
    /** What ran when it was made; null for the first one, and for one from another host. */
    previous: z.object({ release: releaseId, version: z.string() }).nullable(),
    /** Where its data came from, in words, where it was imported. */
    importedFrom: z.string().nullable(),
    /** The file that its data is while it is an archive. */
    archive: z.string().nullable(),
    services: z.array(
      z.object({
        name: z.string(),
        role: z.enum(SERVICE_ROLES),
        image: z.string(),
        digest: z.string().nullable(),
        containerId: z.string().nullable(),
        env: z.array(z.string()),
        ports: z.array(z.string()),
        labels: z.record(z.string(), z.string()),
        networks: z.array(z.string()),
        restartPolicy: z.string(),
        mounts: z.array(mountView),
      }),
    ),
  })
  .openapi('ReleaseDetail');

const versionView = z
  .object({
    version: z.string(),
    /** Where it can be had: in the registry, in the site's own, on this host. */
    inRegistry: z.boolean(),
    inMirror: z.boolean(),
    here: z.boolean(),
    active: z.boolean(),
    /** When it was last made the one that runs, in whatever release; null where it never was. */
    updated: date.nullable(),
    /**
     * What moving there takes: `instant`, its data waits beside what runs; `archive`, its data has to be unpacked;
     * `here`, its image is on this host; `pull`, it has to be fetched. `below-floor` and `quarantined` are refused. Null
     * for what runs.
     */
    takes: z.enum(['instant', 'archive', 'here', 'pull', 'below-floor', 'quarantined']).nullable(),
    /** Why it is refused without `force`, in one sentence; null where it is not. */
    quarantined: z.string().nullable(),
    /** Releases of this version, newest first. */
    releases: z.array(releaseId),
  })
  .openapi('Version');

export const versionsView = z
  .object({
    repository: z.string(),
    versions: z.array(versionView),
    /** Why the registry's list is missing, where it is. */
    registryProblem: z.string().nullable(),
  })
  .openapi('Versions');
export type ReleaseView = z.infer<typeof releaseView>;
export type ReleaseNameView = z.infer<typeof releaseNameView>;
export type ReleaseDetailView = z.infer<typeof releaseDetailView>;
export type VersionsView = z.infer<typeof versionsView>;
