import { z } from '@hono/zod-openapi';
import { SERVICE_ROLES } from '../../domain/service-spec.ts';
import { operationView } from './operation-views.ts';
import { confirmationView } from './running-views.ts';
import { date, releaseId } from './view-parts.ts';

/** When a helper takes the image of a new version. */
export const updateTrigger = z.enum(['with-controller', 'on-change', 'on-request']);

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
export const attentionView = z.object({
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
export type ServiceView = z.infer<typeof serviceView>;
export type SystemView = z.infer<typeof systemView>;
export type ApplianceView = z.infer<typeof applianceView>;
export type ContainerView = z.infer<typeof containerView>;
export type HealthView = z.infer<typeof healthView>;
