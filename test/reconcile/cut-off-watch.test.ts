import { afterEach, beforeEach, expect, test } from 'vitest';
import { newOperationId, newReleaseId } from '../../src/domain/ids.ts';
import type { Instance } from '../../src/domain/ports/container-host.ts';
import { CutOffWatch } from '../../src/reconcile/cut-off-watch.ts';
import type { SeenService } from '../../src/reconcile/observation.ts';
import { FakeSite, member } from '../support/fake-site.ts';
import { aSlot } from '../support/specimens.ts';
import { anInstance } from './seen.ts';

const DEED = 'Belay has restarted server: the engine had brought it back without a way to its network.';
const SERVING = [8080];

let site: FakeSite;
let watch: CutOffWatch;
let isReachable: boolean;
let health: Instance['health'];
let restarted: string[];
beforeEach(() => {
  site = new FakeSite([member('server')]);
  isReachable = false;
  health = 'healthy';
  restarted = [];
  site.host.answers = async () => isReachable;
  site.host.restartInstance = async (id) => void restarted.push(id);
  watch = new CutOffWatch(site.world);
});
afterEach(() => site.close());

/** What an operation had seen before it stopped the server. */
function answered(ports: number[]): void {
  const id = newOperationId();
  const slot = aSlot({ state: 'preparing' });
  const to = { ...site.active, id: newReleaseId(), slot: slot.id, status: 'candidate' as const };
  const from = site.active.id;
  site.journal.begin({ id, kind: 'upgrade', appliance: 'acme', from, by: 'admin', steps: [], to, slot }, new Date());
  site.journal.learn(id, { answeredPorts: { server: ports } });
  site.journal.finish(id, 'failed', null, new Date());
}

async function look(): Promise<string[]> {
  const seen: SeenService = {
    spec: member('server'),
    containerId: anInstance().id,
    instance: anInstance({ health }),
    nameHolder: null,
    imageHere: true,
  };
  const found = await watch.look(site.active, [seen]);
  return (await watch.restart(found, new AbortController().signal)).deeds;
}

test('what an engine has brought back without a network is restarted at the second look, and once', async () => {
  answered(SERVING);
  watch.begin();
  expect(await look()).toEqual([]);
  expect(watch.isUnsettled).toBe(true);
  expect(await look()).toEqual([DEED]);
  expect(await look()).toEqual([]);
  expect(watch.isUnsettled).toBe(false);
  expect(restarted).toEqual([anInstance().id]);
  // The next time that the engine comes up is another one.
  watch.begin();
  expect([await look(), await look()]).toEqual([[], [DEED]]);
});

test('what is reached in between is left alone', async () => {
  answered(SERVING);
  watch.begin();
  await look();
  isReachable = true;
  expect(await look()).toEqual([]);
  isReachable = false;
  expect(await look()).toEqual([]);
});

test.each(['starting', 'unhealthy', 'none'] as const)(
  'a server whose own health check says %s is left alone',
  async (said) => {
    answered(SERVING);
    health = said;
    watch.begin();
    expect([await look(), await look()]).toEqual([[], []]);
  },
);

test('what was never seen to answer is left alone, and so is what the engine did not bring back just now', async () => {
  watch.begin();
  expect([await look(), await look()]).toEqual([[], []]);
  answered(SERVING);
  watch = new CutOffWatch(site.world);
  expect([await look(), await look()]).toEqual([[], []]);
});
