import type { OpenAPIHono } from '@hono/zod-openapi';
import { streamSSE } from 'hono/streaming';
import { BelayError } from '../../domain/errors.ts';
import type { Operation } from '../../domain/operation.ts';
import type { EventView } from '../contract/event-view.ts';
import * as routes from '../contract/routes.ts';
import type { NumberedEvent } from './event-hub.ts';
import type { Service } from './service.ts';

const HEARTBEAT_MS = 15_000;
/** How soon a browser tries again whose connection dropped. */
const RETRY_MS = 1_000;

/** The stream of events. Who comes back with the id of the last one that it saw gets what it missed. */
export function addEvents(app: OpenAPIHono, service: Service): void {
  const { hub } = service;
  app.openapi(routes.events, (c) => {
    if (hub.isFull) throw new BelayError('refused', 'Too many sessions are watching.', { hint: 'Close one of them.' });
    const { appliance: named } = c.req.valid('query');
    const only = named === undefined ? null : service.appliance(named).name;
    const lastSeen = c.req.header('Last-Event-ID');
    return streamSSE(c, async (stream) => {
      const gone = new AbortController();
      stream.onAbort(() => gone.abort());
      const heartbeat = setInterval(() => void stream.write(': still here\n\n'), HEARTBEAT_MS);
      const send = async ({ id, event }: NumberedEvent) => {
        if (only !== null && applianceIn(event) !== only) return;
        await stream.writeSSE({ id, event: event.type, data: JSON.stringify(event) });
      };
      try {
        const events = hub.subscribe(gone.signal);
        const next = events.next(); // subscribed before the present is read, so that nothing falls between
        await stream.write(`retry: ${RETRY_MS}\n\n`);
        for (const numbered of missedBy(service, lastSeen)) await send(numbered);
        for (let event = await next; !event.done; event = await events.next()) await send(event.value);
      } finally {
        clearInterval(heartbeat);
      }
    });
  });
}

/** The present for somebody new; for somebody who was there before what came since, as far as that is known. */
function missedBy(service: Service, lastSeen: string | undefined): NumberedEvent[] {
  const { hub, world } = service;
  const present = (operations: Operation[]) =>
    operations.map((operation) => ({
      id: hub.position,
      event: { type: 'operation' as const, operation: service.view(operation) },
    }));
  if (lastSeen === undefined) return present(world.journal.unfinished());
  const appliances = world.journal.appliances();
  return hub.since(lastSeen) ?? present(appliances.flatMap(({ name }) => world.journal.operations(name, 1)));
}

const applianceIn = (event: EventView): string =>
  event.type === 'operation' ? event.operation.appliance : event.appliance;
