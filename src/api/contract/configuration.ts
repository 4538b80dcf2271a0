import { createRoute, z } from '@hono/zod-openapi';
import { changePlanView } from './change-plan.ts';
import { nameProblem, valueProblem } from './env-text.ts';
import { gateView } from './gate-view.ts';
import { operationView } from './operation-views.ts';
import { upgradePlanView } from './plan-views.ts';
import { releaseDetailView } from './release-views.ts';
import { answer, applianceQuery, body, failures } from './route-parts.ts';

/** What the services are made with, and how that is changed: each change is a release. */

const text = (problem: (text: string) => string | null) =>
  z.string().superRefine((value, context) => {
    const message = problem(value)?.replace(/\.$/, '');
    if (message) context.addIssue({ code: 'custom', message });
  });

const serviceName = z.string().min(1).max(63);
const service = releaseDetailView.shape.services.element;
const variableName = text(nameProblem);

const environmentInput = z
  .object({
    /** The controller where it is left out. */
    service: serviceName.optional(),
    set: z
      .array(
        z
          .object({
            name: variableName,
            value: text(valueProblem),
            /** Not for other eyes: redacted everywhere from now on, and kept encrypted. */
            secret: z.boolean().optional(),
          })
          .strict(),
      )
      .max(200)
      .default([]),
    unset: z.array(variableName).max(200).default([]),
  })
  .strict()
  .openapi('EnvironmentInput');

const imageInput = z
  .object({
    /** The controller where it is left out. */
    service: serviceName.optional(),
    /** With a tag, a digest, or both. */
    reference: z.string().min(1).max(500),
    /** Also one that did not prove itself before. */
    force: z.boolean().optional(),
  })
  .strict()
  .openapi('ImageInput');

/** By an upgrade where the image may make something else of the data, which is cloned; else by a change. */
const imagePlanView = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('upgrade'), plan: upgradePlanView }),
    z.object({ kind: z.literal('change'), plan: changePlanView }),
  ])
  .openapi('ImagePlan');

const configurationView = z
  .object({
    appliance: z.string(),
    release: z.string(),
    version: z.string(),
    services: z.array(
      service.pick({ name: true, role: true, image: true, digest: true }).extend({
        /** What the user set; not the defaults of the image. */
        env: z.array(
          z.object({
            name: z.string(),
            /** Null where it is a secret. */
            value: z.string().nullable(),
            /** Who has given it this value since the appliance was taken over or installed; null where nobody has. */
            setBy: z.object({ user: z.string(), at: z.iso.datetime(), release: z.string() }).nullable(),
          }),
        ),
        ...service.pick({ ports: true, mounts: true, networks: true, restartPolicy: true, labels: true }).shape,
        /** What it has to prove when it is started. */
        gate: gateView,
      }),
    ),
  })
  .openapi('Configuration');

export type EnvironmentInput = z.input<typeof environmentInput>;
export type ImageInput = z.infer<typeof imageInput>;
export type ImagePlanView = z.infer<typeof imagePlanView>;
export type ConfigurationView = z.infer<typeof configurationView>;

export const configuration = createRoute({
  method: 'get',
  path: '/api/configuration',
  summary: 'What the active release sets',
  request: { query: applianceQuery.extend({ service: serviceName.optional() }) },
  responses: { 200: answer(configurationView, 'The configuration'), ...failures },
});

// Values do not belong into addresses, which end up in logs: so this one asks with a body.
export const environmentPlan = createRoute({
  method: 'post',
  path: '/api/configuration/environment/plan',
  summary: 'What it would mean to set environment variables, or to set them no more; changes nothing',
  request: { query: applianceQuery, ...body(environmentInput) },
  responses: { 200: answer(changePlanView, 'The plan'), ...failures },
});

export const changeEnvironment = createRoute({
  method: 'post',
  path: '/api/configuration/environment',
  summary: 'Set environment variables, or set them no more: a new release',
  request: { query: applianceQuery, ...body(environmentInput) },
  responses: { 202: answer(operationView, 'Accepted: it goes on in the daemon'), ...failures },
});

export const imagePlan = createRoute({
  method: 'post',
  path: '/api/configuration/image/plan',
  summary: 'What it would mean to give a service another image; changes nothing',
  request: { query: applianceQuery, ...body(imageInput) },
  responses: { 200: answer(imagePlanView, 'The plan'), ...failures },
});

export const changeImage = createRoute({
  method: 'post',
  path: '/api/configuration/image',
  summary: 'Give a service another image: a new release',
  request: { query: applianceQuery, ...body(imageInput) },
  responses: { 202: answer(operationView, 'Accepted: it goes on in the daemon'), ...failures },
});
