import { expect, test } from 'vitest';
import type { Client } from '../../src/api/client/client.ts';
import type { EventView } from '../../src/api/contract/event-view.ts';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import type { SystemView } from '../../src/api/contract/system-views.ts';
import { Monitor } from '../../src/shell/monitor.ts';

/** A daemon that answers when it is told to, in any order. */
function slowDaemon() {
  const answers: ((state: SystemView['state']) => void)[] = [];
  let tell: (event: EventView) => void = () => {};
  const client = {
    system: () =>
      new Promise((resolve) => answers.push((state) => resolve({ state, attention: [], confirmation: null }))),
    async *events() {
      for (;;) yield await new Promise((resolve) => (tell = resolve));
    },
  } as unknown as Client;
  const answer = async (question: number, state: SystemView['state']): Promise<void> => {
    answers[question]?.(state);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const say = async (event: EventView): Promise<void> => {
    tell(event);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { client, answer, say };
}

function watching(client: Client): Monitor {
  const ignore = (): void => {};
  const told = { onNotice: ignore, onState: ignore, onTick: ignore };
  const monitor = new Monitor({ client, user: 'admin', appliance: 'acme', ...told });
  monitor.start();
  return monitor;
}

test('an answer that is overtaken by a later one is not what is known', async () => {
  const { client, answer } = slowDaemon();
  const monitor = watching(client);
  void monitor.refresh();
  await answer(1, 'running');
  await answer(0, 'upgrading');
  expect(monitor.state).toBe('running');
  monitor.stop();
});

test('nor is one to a question that is older than what an event has told', async () => {
  const { client, answer, say } = slowDaemon();
  const monitor = watching(client);
  const operation = { id: 'O', appliance: 'acme', kind: 'upgrade', state: 'running', by: 'eve', interventions: [] };
  await say({ type: 'operation', operation: operation as unknown as OperationView });
  await answer(0, 'running');
  expect(monitor.state).toBe('upgrading');
  monitor.stop();
});
