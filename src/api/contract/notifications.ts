import { createRoute, z } from '@hono/zod-openapi';
import { NOTICE_EVENTS } from '../../domain/notify-rules.ts';
import { answer, applianceQuery, failures } from './route-parts.ts';

/** A notice on its way to one of those who are told. */
export const notificationView = z
  .object({
    event: z.enum(NOTICE_EVENTS),
    text: z.string(),
    /** Null in a test. */
    operation: z.string().nullable(),
    /** `the notify command`, or the URL without what may be secret in it. */
    target: z.string(),
    state: z.enum(['waiting', 'delivered', 'given-up']),
    attempts: z.number().int(),
    /** When it is tried again. */
    nextAt: z.string().nullable(),
    error: z.string().nullable(),
    created: z.string(),
    ended: z.string().nullable(),
  })
  .openapi('Notification');
export type NotificationView = z.infer<typeof notificationView>;

export const notificationTestView = z.object({ targets: z.array(z.string()) }).openapi('NotificationTest');
export type NotificationTestView = z.infer<typeof notificationTestView>;

export const listNotifications = createRoute({
  method: 'get',
  path: '/api/notifications',
  summary: 'Who was told what, the latest first',
  request: { query: applianceQuery.extend({ limit: z.coerce.number().int().min(1).max(500).default(50) }) },
  responses: { 200: answer(z.array(notificationView), 'The notifications'), ...failures },
});

export const testNotification = createRoute({
  method: 'post',
  path: '/api/notifications/test',
  summary: 'Tell everybody who would be told that this is a test',
  request: { query: applianceQuery },
  responses: { 202: answer(notificationTestView, 'On their way'), ...failures },
});

export const metrics = createRoute({
  method: 'get',
  path: '/metrics',
  summary: 'Figures in the Prometheus text format, version 0.0.4',
  responses: {
    200: { description: 'The figures', content: { 'text/plain': { schema: z.string() } } },
    ...failures,
  },
});
