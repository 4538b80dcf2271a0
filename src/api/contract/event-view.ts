import { z } from '@hono/zod-openapi';
import { operationView } from './operation-views.ts';
import { confirmationView } from './running-views.ts';
import { attentionView } from './system-views.ts';
import { releaseId } from './view-parts.ts';

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
export type EventView = z.infer<typeof eventView>;
