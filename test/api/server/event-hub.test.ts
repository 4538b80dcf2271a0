import { expect, it } from 'vitest';
import type { EventView } from '../../../src/api/contract/event-view.ts';
import type { OperationView } from '../../../src/api/contract/operation-views.ts';
import { EventHub } from '../../../src/api/server/event-hub.ts';

const operation = (id: string, by: string): EventView => ({
  type: 'operation',
  operation: { id, by, state: 'running' } as OperationView,
});
const adopted = (appliance: string): EventView => ({ type: 'adopted', appliance, release: 'R', by: 'admin' });
const eventsSince = (hub: EventHub, id: string) => hub.since(id)?.map(({ event }) => event) ?? null;

it('tells somebody who comes back what was missed, without states that others have replaced', () => {
  const hub = new EventHub();
  hub.publish(adopted('acme'));
  const seen = hub.position;
  expect(eventsSince(hub, seen)).toEqual([]);
  hub.publish(operation('O1', 'first'));
  hub.publish(adopted('other'));
  hub.publish(operation('O2', 'only'));
  hub.publish(operation('O1', 'second'));
  expect(eventsSince(hub, seen)).toEqual([adopted('other'), operation('O2', 'only'), operation('O1', 'second')]);
});

it('knows nothing of the streams of other daemons, nor of ids that are none', () => {
  const hub = new EventHub();
  hub.publish(adopted('acme'));
  const strange = [
    new EventHub().position,
    '',
    'x',
    `${hub.position}9`,
    hub.position.replace('-', '--'),
    `${hub.position.split('-')[0]}-1.5`,
  ];
  for (const id of strange) expect(hub.since(id)).toBeNull();
});

it('remembers so much: states that were replaced go first, and then it says that it does not know', () => {
  const hub = new EventHub();
  const start = hub.position;
  hub.publish(adopted('acme'));
  for (let count = 0; count < 1_000; count++) hub.publish(operation('O1', String(count)));
  expect(eventsSince(hub, start)).toEqual([adopted('acme'), operation('O1', '999')]);
  for (let count = 0; count < 300; count++) hub.publish(adopted(`appliance-${count}`));
  expect(hub.since(start)).toBeNull();
  expect(eventsSince(hub, hub.position)).toEqual([]);
});
