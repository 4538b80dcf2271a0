import { z } from '@hono/zod-openapi';
import { SERVICE_ROLES } from '../../domain/service-spec.ts';
import { clusterView, legacyPlanView, nodeView } from './cluster-views.ts';
import { externalDataView, hookRunView, staleLockView } from './hook-views.ts';
import { manifestInput } from './manifest-views.ts';
import { rehearsalView } from './rehearsal-views.ts';
import { confirmationView, confirmWithin, interventionView } from './running-views.ts';

/** What the API answers and accepts. The shell takes the types only; the server validates with the schemas. */

const date = z.iso.datetime();
const releaseId = z.string();

export const errorView = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      hint: z.string().nullable(),
      details: z.record(z.string(), z.unknown()),
    }),
  })
  .openapi('Error');

export const stepView = z
  .object({
    name: z.string(),
    title: z.string(),
    status: z.enum(['pending', 'running', 'done', 'failed', 'reverting', 'reverted', 'skipped']),
    /** 0 to 1; null where there is no quantity. */
    progress: z.number().nullable(),
    doneBytes: z.number().nullable(),
    totalBytes: z.number().nullable(),
    startedAt: date.nullable(),
    endedAt: date.nullable(),
    takenBackAt: date.nullable(),
    detail: z.string().nullable(),
  })
  .openapi('Step');

export const operationView = z
  .object({
    id: z.string(),
    appliance: z.string(),
    kind: z.enum([
      'upgrade',
      'rollback',
      'restore',
      'repair',
      'install',
      'move',
      'rehearsal',
      'promotion',
      'change',
      'legacy-rollback',
    ]),
    state: z.enum(['running', 'succeeded', 'rolled-back', 'failed', 'needs-attention']),
    /** Versions; the releases are beside them. */
    from: z.string(),
    to: z.string(),
    fromRelease: releaseId,
    toRelease: releaseId,
    by: z.string(),
    startedAt: date,
    endedAt: date.nullable(),
    /** Why it did not succeed, or why the machine began it by itself. */
    reason: z.string().nullable(),
    /** What to type next, where the reason calls for something. */
    hint: z.string().nullable(),
    downtimeMs: z.number().nullable(),
    /** While the appliance is down: when it stopped serving. */
    downSince: date.nullable(),
    /** The last lines of the failing container's log, oldest first. */
    logTail: z.array(z.string()),
    /** How often a daemon has taken it up again after a crash. */
    recoveries: z.number(),
    steps: z.array(stepView),
    /** How far each node of the controller is; empty where it has only one. */
    nodes: z.array(nodeView),
    /** What administrators did to it while it ran. */
    interventions: z.array(interventionView),
    /** What they can do to it now. */
    can: z.array(z.enum(['extend', 'abort'])),
    /** A lock that a killed server had left, over which the new release has stumbled. */
    staleLock: staleLockView.nullable(),
    /** What a rehearsal has found out; null for other operations, and until it has. */
    rehearsal: rehearsalView.nullable(),
    /** What came of the vendor's commands, in the order in which they ended. */
    hooks: z.array(hookRunView),
    /** Null where it needs no confirmation. */
    confirmation: confirmationView.nullable(),
  })
  .openapi('Operation');

/** When a helper takes the image of a new version. */
const updateTrigger = z.enum(['with-controller', 'on-change', 'on-request']);

export const serviceView = z
  .object({
    name: z.string(),
    role: z.enum(SERVICE_ROLES),
    image: z.string(),
    digest: z.string().nullable(),
    state: z.string(),
    health: z.string(),
    containerId: z.string().nullable(),
    containerName: z.string(),
    startedAt: date.nullable(),
    restartPolicy: z.string(),
    ports: z.array(z.string()),
    /** The image that it has not taken yet, and when it does; null where there is none. */
    awaits: z.object({ image: z.string(), update: updateTrigger }).nullable(),
  })
  .openapi('Service');

/** Something that needs somebody, with its remedy. What drifted from the release says what kind it is. */
const attentionView = z.object({
  message: z.string(),
  hint: z.string().nullable(),
  /** What has drifted: `container-removed`, `data-gone`, …; `unconfirmed` for a version that goes back by itself. */
  code: z.string().optional(),
  /** `note`: nothing is at risk. `alarm`: data is at risk, or gone. */
  level: z.enum(['note', 'warning', 'alarm']).optional(),
});

export const systemView = z
  .object({
    appliance: z.string(),
    /** What the manifest says of it: the product's name, a text for everybody who enters, the name in the prompt. */
    title: z.string().nullable(),
    banner: z.array(z.string()),
    promptName: z.string().nullable(),
    version: z.string(),
    release: releaseId,
    /** `running`, `upgrading`, `rolling-back`, `restoring`, `repairing`, `moving`, `promoting`, `rehearsing`, `changing`, `recovering`, `down`, `needs-attention`. */
    state: z.enum([
      'running',
      'upgrading',
      'rolling-back',
      'restoring',
      'repairing',
      'moving',
      'promoting',
      'rehearsing',
      'changing',
      'recovering',
      'down',
      'needs-attention',
    ]),
    since: date.nullable(),
    services: z.array(serviceView),
    engine: z.object({ product: z.string(), version: z.string(), rootDir: z.string() }),
    daemon: z.object({ version: z.string(), pid: z.number(), startedAt: date }),
    /** Things that need somebody's attention, each with its remedy. */
    attention: z.array(attentionView),
    lastOperation: operationView.nullable(),
    /** What goes back by itself unless it is confirmed; null where nothing does. */
    confirmation: confirmationView.nullable(),
  })
  .openapi('System');

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

const obstacleView = z.object({ code: z.string(), message: z.string(), hint: z.string().nullable() });
const planStep = z.object({ name: z.string(), title: z.string() });
/** The service engines that go over by themselves; with null all of them at once, together with the controller. */
export const followingView = z.object({ engines: z.array(z.string()), maxUnavailable: z.number().nullable() });
const releaseRef = z.object({ release: releaseId, version: z.string() });

export const upgradePlanView = z
  .object({
    appliance: z.string(),
    from: releaseRef,
    to: z.object({ version: z.string(), image: z.string(), digest: z.string().nullable(), alreadyHere: z.boolean() }),
    services: z.array(
      z.object({
        name: z.string(),
        from: z.string(),
        to: z.string(),
        /** Where the image of the version waits: until when, and whether the container goes on untouched. */
        kept: z.object({ update: updateTrigger, awaits: z.string(), isUntouched: z.boolean() }).nullable(),
      }),
    ),
    steps: z.array(planStep),
    /** The nodes of the controller; null where it has only one. */
    cluster: clusterView.nullable(),
    engines: followingView.nullable(),
    mounts: z.array(
      z.object({
        service: z.string(),
        kind: z.enum(['volume', 'bind']),
        source: z.string(),
        targets: z.array(z.string()),
        treatment: z.enum(['reflink', 'pre-copy', 'copy-stopped', 'shared', 'new']),
        sizeBytes: z.number(),
        files: z.number(),
        note: z.string().nullable(),
      }),
    ),
    space: z.array(z.object({ path: z.string(), neededBytes: z.number(), freeBytes: z.number() })),
    /** It goes back by itself unless it is confirmed so soon; null where it stays. */
    confirmWithinMs: z.number().nullable(),
    /** Null where all data is in mounts, and no hook looks after any other. */
    externalData: externalDataView.nullable(),
    preCopyForecastMs: z.number(),
    downtimeForecastMs: z.number(),
    warnings: z.array(z.string()),
    obstacles: z.array(obstacleView),
  })
  .openapi('UpgradePlan');

export const rollbackPlanView = z
  .object({
    appliance: z.string(),
    from: releaseRef,
    /** `release` is null where it is made on the way, by the vendor's procedure. */
    to: z.object({ release: releaseId.nullable(), version: z.string() }),
    steps: z.array(planStep),
    /** The vendor's own procedure, on a copy of each node's data; null where the release before is started again. */
    legacy: legacyPlanView.nullable(),
    /** The nodes of the controller; null where it has only one. */
    cluster: clusterView.nullable(),
    engines: followingView.nullable(),
    /** Service engines that the release gone back to does not have: they do not connect after the rollback. */
    joinedSince: z.array(z.object({ name: z.string(), version: z.string(), joined: date, canBeCutOff: z.boolean() })),
    /** Services whose containers both releases have: they go on untouched. */
    kept: z.array(z.string()),
    /** Null where the controller goes on. */
    downtimeForecastMs: z.number().nullable(),
    data: z.object({
      /** Neither of them has any in mounts. */
      isNone: z.boolean(),
      backTo: date.nullable(),
      changes: z.object({
        added: z.number(),
        changed: z.number(),
        removed: z.number(),
        sample: z.array(
          z.object({ path: z.string(), change: z.enum(['added', 'changed', 'removed']), sizeBytes: z.number() }),
        ),
      }),
      keptWith: releaseId,
      unpacked: z.object({ sizeBytes: z.number(), files: z.number(), forecastMs: z.number() }).nullable(),
    }),
    externalData: externalDataView.nullable(),
    settings: z.array(
      z.object({ service: z.string(), setting: z.string(), now: z.string().nullable(), after: z.string().nullable() }),
    ),
    warnings: z.array(z.string()),
    obstacles: z.array(obstacleView),
  })
  .openapi('RollbackPlan');

export const repairPlanView = z
  .object({
    appliance: z.string(),
    release: releaseRef,
    steps: z.array(planStep),
    /** What it would do, in words. */
    actions: z.array(z.string()),
    warnings: z.array(z.string()),
    obstacles: z.array(obstacleView),
  })
  .openapi('RepairPlan');

export const applianceView = z
  .object({ name: z.string(), version: z.string(), release: releaseId, created: date })
  .openapi('Appliance');

/** A container that runs on the host, whether or not Belay looks after it. */
export const containerView = z
  .object({
    id: z.string(),
    name: z.string(),
    image: z.string(),
    running: z.boolean(),
    status: z.string(),
    /** The appliance that it belongs to; null where it can be adopted. */
    appliance: z.string().nullable(),
    /** The Compose project and its service, where Compose has made it. */
    project: z.string().nullable(),
    service: z.string().nullable(),
  })
  .openapi('Container');

export const healthView = z
  .object({ ok: z.literal(true), version: z.string(), pid: z.number(), home: z.string(), recovering: z.boolean() })
  .openapi('Health');

/** The event stream sends whole operations, at most ten a second each, and single changes of state. */
export const eventView = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('operation'), operation: operationView }),
    z.object({ type: z.literal('confirmed'), appliance: z.string(), confirmation: confirmationView }),
    z.object({ type: z.literal('adopted'), appliance: z.string(), release: releaseId, by: z.string() }),
    /** What has newly drifted from the release, and what does so no longer. */
    z.object({
      type: z.literal('drift'),
      appliance: z.string(),
      appeared: z.array(attentionView),
      cleared: z.array(attentionView),
    }),
    /** What Belay has brought up, or turned off, by itself. */
    z.object({ type: z.literal('reconciled'), appliance: z.string(), message: z.string() }),
  ])
  .openapi('Event');

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

export type ErrorView = z.infer<typeof errorView>;
export type StepView = z.infer<typeof stepView>;
export type OperationView = z.infer<typeof operationView>;
export type ServiceView = z.infer<typeof serviceView>;
export type SystemView = z.infer<typeof systemView>;
export type ReleaseView = z.infer<typeof releaseView>;
export type ReleaseNameView = z.infer<typeof releaseNameView>;
export type ReleaseDetailView = z.infer<typeof releaseDetailView>;
export type VersionsView = z.infer<typeof versionsView>;
export type UpgradePlanView = z.infer<typeof upgradePlanView>;
export type RollbackPlanView = z.infer<typeof rollbackPlanView>;
export type RepairPlanView = z.infer<typeof repairPlanView>;
export type ApplianceView = z.infer<typeof applianceView>;
export type ContainerView = z.infer<typeof containerView>;
export type HealthView = z.infer<typeof healthView>;
export type EventView = z.infer<typeof eventView>;
export type AdoptInput = z.infer<typeof adoptInput>;
export type UpgradeInput = z.infer<typeof upgradeInput>;
export type RollbackInput = z.infer<typeof rollbackInput>;
