import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { readEventStream } from '../../../src/api/client/event-stream.ts';
import type { EventView } from '../../../src/api/contract/event-view.ts';
import type { OperationView } from '../../../src/api/contract/operation-views.ts';
import { callEngine } from '../../../src/demo/private-engine/engine-api.ts';
import { makeAppliance } from '../../support/appliances.ts';
import { TestBelay } from '../../support/belay.ts';
import { describeOnEngine } from '../../support/on-engine.ts';

const GATE = 'LABEL io.belay.gate.stable=500ms io.belay.gate.deadline=15s';

describeOnEngine('the event stream', (bench) => {
  const container = bench.name('acme');
  let belay: TestBelay;

  beforeAll(async () => {
    for (const [version, dataFormat] of [
      ['1.0', 1],
      ['2.0', 2],
    ] as const) {
      await makeAppliance(bench.engine, { reference: bench.reference('server', version), dataFormat, changes: [GATE] });
    }
    await bench.engine.docker(['run', '-d', '--name', container, bench.reference('server', '1.0')]);
    belay = new TestBelay(bench.engine.dockerHost);
    await belay.start();
    await belay.adopt(container, container);
  });
  afterAll(async () => {
    await belay?.close();
  });

  /** Collects what a client of its own sees, until it is closed. */
  async function watcher(): Promise<{ seen: EventView[]; close(): void }> {
    const seen: EventView[] = [];
    const outgoing: ClientRequest = request({ socketPath: belay.socket, path: '/api/events', agent: false });
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.once('response', resolve).once('error', reject).end();
    });
    expect(answer.headers['content-type']).toContain('text/event-stream');
    answer.setEncoding('utf8');
    const read = async () => {
      for await (const { data } of readEventStream(answer as AsyncIterable<string>)) seen.push(JSON.parse(data));
    };
    read().catch(() => {});
    return { seen, close: () => outgoing.destroy() };
  }

  /** Each change of a step's status, once, in the order in which it was seen. */
  function changes(seen: EventView[], id: string): string[] {
    const lines = seen.flatMap((event) =>
      event.type === 'operation' && event.operation.id === id
        ? event.operation.steps.map(({ name, status }) => `${name} ${status}`)
        : [],
    );
    return [...new Set(lines)];
  }
  const ended = (seen: EventView[], id: string) =>
    seen.some(
      (event) => event.type === 'operation' && event.operation.id === id && event.operation.state !== 'running',
    );

  it('shows two clients the same steps live, and a third that comes late where things are', async () => {
    const [first, second] = [await watcher(), await watcher()];
    const operation = await belay.post<OperationView>('/api/cluster/upgrade', { version: '2.0' });
    await vi.waitUntil(() => changes(first.seen, operation.id).includes('gate running'), {
      timeout: 30_000,
      interval: 5,
    });
    const late = await watcher();
    await vi.waitUntil(() => late.seen.length > 0, { timeout: 5_000 });
    expect(late.seen[0]).toMatchObject({ type: 'operation', operation: { id: operation.id } });
    expect(await belay.ended(operation)).toMatchObject({ state: 'succeeded' });
    for (const { seen } of [first, second, late])
      await vi.waitUntil(() => ended(seen, operation.id), { timeout: 5_000 });
    expect(changes(second.seen, operation.id)).toEqual(changes(first.seen, operation.id));
    for (const { name } of operation.steps) {
      expect(changes(first.seen, operation.id)).toEqual(expect.arrayContaining([`${name} running`, `${name} done`]));
    }
    for (const { close } of [first, second, late]) close();
  });

  it('is not held up by clients that never read', { timeout: 60_000 }, async () => {
    const deaf = Array.from({ length: 20 }, () => {
      const socket = connect(belay.socket).pause();
      socket.on('error', () => {});
      socket.write('GET /api/events HTTP/1.1\r\nhost: belay\r\n\r\n');
      return socket;
    });
    const good = await watcher();
    for (let turn = 0; turn < 3; turn++) {
      const left = (await belay.releases()).find(({ status }) => status === 'rolled-back')?.id;
      const body = turn % 2 === 0 ? {} : { release: left };
      const operation = await belay.post<OperationView>('/api/cluster/rollback', body);
      const end = await belay.ended(operation);
      expect(end).toMatchObject({ state: 'succeeded' });
      await vi.waitUntil(() => ended(good.seen, operation.id), { timeout: 2_000 });
    }
    good.close();
    for (const socket of deaf) socket.destroy();
    expect((await callEngine(belay.socket, '/api/health', { timeoutMs: 1_000 })).status).toBe(200);
  });

  it('has the names of those who asked, and "unknown" for what is no name', async () => {
    const names: [string, string][] = [
      ['ops.team@acme', 'ops.team@acme'],
      ['root; rm -rf /', 'unknown'],
      ['\x1b[31mred', 'unknown'],
      ['a'.repeat(65), 'unknown'],
      ['', 'unknown'],
    ];
    for (const [said, recorded] of names) {
      const headers = /^[\x20-\x7e]*$/.test(said) ? { 'Belay-User': said } : { 'Belay-User': encodeURIComponent(said) };
      const body = (await belay.system()).version === '1.0' ? { version: '2.0' } : {};
      const path = 'version' in body ? '/api/cluster/upgrade' : '/api/cluster/rollback';
      const answer = await callEngine(belay.socket, path, { method: 'POST', headers, body });
      expect(answer.status).toBe(202);
      const operation: OperationView = JSON.parse(answer.body.toString());
      expect(operation.by).toBe(recorded);
      expect((await belay.ended(operation)).by).toBe(recorded);
    }
  });
});
