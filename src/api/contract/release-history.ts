import { createRoute, z } from '@hono/zod-openapi';
import { rollbackPlanView } from './plan-views.ts';
import { releaseDetailView } from './release-views.ts';
import { answer, applianceQuery, body, failures } from './route-parts.ts';

/** What two releases differ in, and what is written about one. */

const id = z.string().min(1).max(20);
const named = z.object({ release: z.string(), version: z.string(), created: z.iso.datetime() });
const image = z.object({ reference: z.string(), digest: z.string().nullable() });

const releaseDiffView = z
  .object({
    appliance: z.string(),
    from: named,
    to: named,
    /** The services whose image is another one; null where a release does not have the service. */
    images: z.array(z.object({ service: z.string(), from: image.nullable(), to: image.nullable() })),
    /** `now` in the first one, `after` in the second; null where it is not set. Secrets are redacted. */
    settings: rollbackPlanView.shape.settings,
    data: z.object({
      /** Both have the same data. */
      isShared: z.boolean(),
      /** From the first to the second; null where that cannot be told. */
      changes: rollbackPlanView.shape.data.shape.changes.nullable(),
      /** Why it cannot, in one sentence. */
      note: z.string().nullable(),
    }),
  })
  .openapi('ReleaseDiff');

const noteInput = z
  .object({
    /** One line; empty where there is to be no note any more. */
    text: z.string().max(10_000),
  })
  .strict()
  .openapi('NoteInput');

export type ReleaseDiffView = z.infer<typeof releaseDiffView>;
export type NoteInput = z.infer<typeof noteInput>;

export const releaseDiff = createRoute({
  method: 'get',
  path: '/api/releases/{id}/diff',
  summary: 'What another release has other than this one: settings, images, data',
  request: {
    query: applianceQuery.extend({
      to: id.optional().openapi({ description: 'The active one where it is left out.' }),
    }),
    params: z.object({ id }),
  },
  responses: { 200: answer(releaseDiffView, 'The difference'), ...failures },
});

export const noteRelease = createRoute({
  method: 'post',
  path: '/api/releases/{id}/note',
  summary: 'Write something about a release',
  request: { query: applianceQuery, params: z.object({ id }), ...body(noteInput) },
  responses: { 200: answer(releaseDetailView, 'The release with it'), ...failures },
});
