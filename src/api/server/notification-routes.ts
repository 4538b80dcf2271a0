import type { OpenAPIHono } from '@hono/zod-openapi';
import { BelayError } from '../../domain/errors.ts';
import { COMMAND_TARGET, type Delivery, type NoticeTarget } from '../../domain/notice.ts';
import type { NotifyRules } from '../../domain/notify-rules.ts';
import type { Appliance, Journal } from '../../domain/ports/journal.ts';
import * as routes from '../contract/notifications.ts';
import type { SystemView } from '../contract/system-views.ts';
import { metricsOf, writeMetrics } from './metrics.ts';
import { targetName } from './notice-targets.ts';
import { applianceOf, userOf } from './request.ts';
import type { Service } from './service.ts';

/** Below so many attempts a receiver is only being restarted. */
const ALARMING_ATTEMPTS = 3;
/** More of them would hide what else needs attention. */
const NAMED_AT_MOST = 2;

/** What tells others what happens. */
export interface Notifier {
  /** Tells nothing, to everybody who would be told. Returns to whom. */
  tryOut(appliance: string, by: string): NoticeTarget[];
}

/** The routes of what others are told, and of what monitoring reads. */
export function addNotifications(app: OpenAPIHono, service: Service, notifier: Notifier): void {
  const { journal } = service.world;
  app.openapi(routes.listNotifications, (c) => {
    const { name, policy } = applianceOf(service, c);
    const deliveries = journal.notices.deliveries(name, c.req.valid('query').limit);
    return c.json(
      deliveries.map((delivery) => viewDelivery(delivery, policy.notify)),
      200,
    );
  });
  app.openapi(routes.testNotification, (c) => {
    const { name, policy } = applianceOf(service, c);
    const targets = notifier.tryOut(name, userOf(c)).map((target) => targetName(target, policy.notify));
    if (targets.length > 0) return c.json({ targets }, 202);
    throw new BelayError('refused', 'The manifest names nobody who is to be told.', {
      hint: 'Write x-belay.notify.webhooks or x-belay.hooks.notify into it, then: apply manifest FILE',
    });
  });
  app.openapi(routes.metrics, (c) =>
    c.text(writeMetrics(metricsOf(service)), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }),
  );
}

/** Those who do not get what they should be told. Whom the manifest does not name any more misses nothing. */
export function notificationAttention(
  journal: Pick<Journal, 'notices'>,
  { name, policy }: Pick<Appliance, 'name' | 'policy'>,
): SystemView['attention'] {
  const failing = new Map<string, Delivery>();
  const arrived = new Set<string>();
  for (const delivery of journal.notices.deliveries(name, 50)) {
    if (delivery.state === 'delivered') arrived.add(delivery.target);
    const isFailing = delivery.attempts >= ALARMING_ATTEMPTS || delivery.state === 'given-up';
    // What has arrived since says that it is well again.
    if (isFailing && !arrived.has(delivery.target) && isNamed(delivery.target, policy.notify))
      failing.set(delivery.target, delivery);
  }
  if (failing.size > NAMED_AT_MOST) {
    return [
      {
        message: `Notices do not reach ${failing.size} of those who are told.`,
        hint: 'Which, and why: show notifications. Try again: test notification',
      },
    ];
  }
  return [...failing.values()].map(({ target, error, attempts }) => ({
    message: `Notices do not reach ${targetName(target, policy.notify)}: ${error ?? 'unknown'} (${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}).`,
    hint: 'See each: show notifications. Try again: test notification',
  }));
}

const isNamed = (target: NoticeTarget, { webhooks, command }: NotifyRules): boolean =>
  target === COMMAND_TARGET ? command !== null : webhooks.some(({ url }) => url === target);

const viewDelivery = (
  { notice, target, state, attempts, nextAt, error, createdAt, endedAt }: Delivery,
  rules: NotifyRules,
) => ({
  event: notice.event,
  text: notice.text,
  operation: notice.operation?.id ?? null,
  target: targetName(target, rules),
  state,
  attempts,
  nextAt: nextAt?.toISOString() ?? null,
  error,
  created: createdAt.toISOString(),
  ended: endedAt?.toISOString() ?? null,
});
