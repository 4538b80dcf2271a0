import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import type { UpgradePlanView } from '../../src/api/contract/plan-views.ts';
import type { PromotionPlanView } from '../../src/api/contract/promotion.ts';
import type { ReleaseDiffView } from '../../src/api/contract/release-history.ts';
import type { ReleaseDetailView, ReleaseView, VersionsView } from '../../src/api/contract/release-views.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { openLab } from '../lab/lab-under-test.ts';
import { type ApiFailure, TestBelay } from '../support/belay.ts';

/** Writes its format into its data, and does not start on data of a later one. */
const server = (format: number) => `
  const { readFileSync, writeFileSync, existsSync } = require("node:fs");
  const file = JSON.parse(process.env.BELAY_LAB_MOUNTS)["/data"] + "/format";
  if (existsSync(file) && Number(readFileSync(file, "utf8")) > ${format}) {
    console.error("the data is of a later format");
    process.exit(1);
  }
  writeFileSync(file, "${format}");
  require("node:net").createServer((socket) => socket.end())
    .listen(8080, process.env.BELAY_LAB_ADDRESS, () => console.log("serving"));
  process.on("SIGTERM", () => process.exit(0));`;

const FLOOR = 'services: {acme: {image: ignored}}\nx-belay: {floor: "1.1", services: {acme: {role: controller}}}\n';

let lab: Lab;
let docker: Docker;
let belay: TestBelay;
let first: ReleaseView;

const addVersion = (tag: string, format: number, volumes = ['/data']) =>
  lab.addImage(
    {
      ...{ repository: 'acme/server', tag, command: ['node', '-e', server(format)], volumes },
      ...{ labels: { 'io.belay.gate.stable': '100ms', 'io.belay.gate.deadline': '5s' }, exposedPorts: ['8080/tcp'] },
    },
    'both',
  );

beforeEach(async () => {
  ({ lab, docker } = await openLab());
  const { reference } = addVersion('1.0', 1);
  addVersion('1.1', 1);
  addVersion('2.0', 2, ['/data', '/cache']);
  const HostConfig = { Binds: ['acme-data:/data'], RestartPolicy: { Name: 'unless-stopped' }, Memory: 64 << 20 };
  const Env = ['LOG_LEVEL=info', 'DB_PASSWORD=canary'];
  await (await docker.createContainer({ name: 'acme', Image: reference, Env, HostConfig })).start();
  belay = new TestBelay(`unix://${lab.socketPath}`);
  await belay.start();
  first = await belay.adopt('acme', 'acme');
});
afterEach(() => belay.close());

const release = (id: string) => belay.get<ReleaseDetailView>(`/api/releases/${id}`);
const promote = async (id: string, more: object = {}) =>
  belay.ended(await belay.post<OperationView>('/api/cluster/promote', { release: id, ...more }));
const refusal = (asked: Promise<unknown>) =>
  asked.then(
    () => expect.fail('it was accepted'),
    ({ status, error }: ApiFailure) => ({ status, ...error }),
  );
/** Where the data of what runs lies on this machine. */
async function liveData(): Promise<string> {
  const { Mounts } = await docker.getContainer('acme').inspect();
  return Mounts.find(({ Destination }) => Destination === '/data')?.Source ?? '';
}
const summary = async () =>
  (await belay.releases()).map(({ version, status, origin }) => `${version} ${status} ${origin}`);

it('an earlier release comes back on today’s data, and the list only grows', { timeout: 60_000 }, async () => {
  const upgraded = await belay.upgrade('1.1');
  writeFileSync(join(await liveData(), 'written'), 'under 1.1');
  await docker.getContainer('acme').update({ Memory: 128 << 20 });
  const plan = await belay.get<PromotionPlanView>(`/api/promotion/plan?release=${first.id.toLowerCase()}`);
  expect(plan).toMatchObject({
    from: { release: upgraded.toRelease, version: '1.1' },
    to: { version: '1.0', alreadyHere: true },
    source: { release: first.id, version: '1.0' },
    obstacles: [],
  });
  expect(plan.settings).toEqual([
    { service: 'acme', setting: 'Memory', now: String(128 << 20), after: String(64 << 20) },
  ]);
  expect(plan.warnings.join()).toContain(`rollback system to ${first.id}`);
  expect(plan.mounts.map(({ targets, treatment }) => [...targets, treatment])).toEqual([
    ['/data', expect.stringMatching(/reflink|pre-copy|copy-stopped/)],
  ]);

  const promoted = await promote(first.id);
  expect(promoted).toMatchObject({ kind: 'promotion', state: 'succeeded', from: '1.1', to: '1.0' });
  expect(readFileSync(join(await liveData(), 'written'), 'utf8')).toBe('under 1.1');
  expect((await docker.getContainer('acme').inspect()).HostConfig.Memory).toBe(64 << 20);
  expect(await summary()).toEqual(['1.0 active promotion', '1.1 superseded upgrade', '1.0 superseded adopt']);
  const detail = await release(promoted.toRelease);
  expect(detail).toMatchObject({ copyOf: first.id, previous: { release: upgraded.toRelease, version: '1.1' } });

  // The way back is to what was left, with its data; not to what came before the release that was copied.
  const left = await belay.rollback();
  expect(left).toMatchObject({ state: 'succeeded', to: '1.1' });
  expect((await release(left.toRelease)).copyOf).toBe(upgraded.toRelease);
  expect(await summary()).toHaveLength(4);
});

it('without its registry, by digest, whatever its tag is now', { timeout: 60_000 }, async () => {
  await belay.upgrade('1.1');
  const moved = addVersion('1.0', 1, ['/data', '/moved']);
  expect(moved.digest).not.toBe(first.digest);
  await lab.stopRegistry();
  expect(await promote(first.id)).toMatchObject({ state: 'succeeded', to: '1.0' });
  const [newest] = await belay.releases();
  expect(newest?.digest).toBe(first.digest);
});

it('what cannot read today’s data goes back by itself, and is not held against its image', {
  timeout: 60_000,
}, async () => {
  const upgraded = await belay.upgrade('2.0');
  const slots = (await belay.releases()).map(({ slot }) => slot);
  const failed = await promote(first.id);
  expect(failed).toMatchObject({ state: 'rolled-back', from: '2.0', to: '1.0' });
  expect(failed.logTail.join()).toContain('the data is of a later format');
  expect(readFileSync(join(await liveData(), 'format'), 'utf8')).toBe('2');
  expect((await belay.system()).release).toBe(upgraded.toRelease);
  const versions = await belay.get<{ versions: { version: string; quarantined: string | null }[] }>('/api/versions');
  expect(versions.versions.find(({ version }) => version === '1.0')?.quarantined).toBeNull();
  // With its own data it does.
  expect(await belay.rollback(first.id)).toMatchObject({ state: 'succeeded', to: '1.0' });
  expect(new Set((await belay.releases()).map(({ slot }) => slot))).toEqual(
    new Set([...slots, (await release(failed.toRelease)).slot]),
  );
});

it('goes back by itself where it is not confirmed', { timeout: 60_000 }, async () => {
  const { toRelease } = await belay.upgrade('1.1');
  const promoted = await promote(first.id, { confirmWithin: '2s' });
  expect(promoted.confirmation).toMatchObject({ state: 'pending', backTo: '1.1' });
  expect(await refusal(belay.post('/api/cluster/promote', { release: toRelease }))).toMatchObject({ code: 'refused' });
  for (let waitedMs = 0; (await belay.system()).version !== '1.1' && waitedMs < 20_000; waitedMs += 100) {
    await new Promise((done) => setTimeout(done, 100));
  }
  await belay.ended();
  expect(await summary()).toEqual([
    ...['1.1 active rollback', '1.0 rolled-back promotion', '1.1 superseded upgrade', '1.0 superseded adopt'],
  ]);
});

it('is refused where there is nothing to promote', { timeout: 60_000 }, async () => {
  const upgraded = await belay.upgrade('1.1');
  const plan = (id: string) => refusal(belay.get(`/api/promotion/plan?release=${id}`));
  expect(await plan(upgraded.toRelease)).toMatchObject({
    status: 422,
    message: `${upgraded.toRelease} is what runs now.`,
  });
  expect(await plan('RZZZZZZZZZZ')).toMatchObject({ status: 404, message: 'acme has no release RZZZZZZZZZZ.' });
  expect(await refusal(belay.post('/api/cluster/promote', {}))).toMatchObject({ status: 400 });
  await belay.rollback();
  // What runs is a copy of the first release.
  expect(await refusal(promote(first.id))).toMatchObject({
    code: 'refused',
    message: `acme runs 1.0 with the settings of ${first.id} already.`,
  });
  expect(await summary()).toHaveLength(3);
});

const takes = async () => {
  const { versions } = await belay.get<VersionsView>('/api/versions');
  return Object.fromEntries(versions.map((each) => [each.version, each.takes]));
};

it('what moving to each version takes, and when each was the one that runs', { timeout: 60_000 }, async () => {
  lab.addImage({ repository: 'acme/server', tag: '1.2', command: ['node', '-e', ''] }, 'registry');
  lab.addImage(
    {
      ...{ repository: 'acme/server', tag: '1.3', command: ['node', '-e', 'process.exit(1)'] },
      labels: { 'io.belay.gate.deadline': '5s' },
    },
    'registry',
  );
  await belay.upgrade('1.1');
  expect(await belay.upgrade('1.3')).toMatchObject({ state: 'rolled-back' });
  expect(await takes()).toEqual({ '1.0': 'instant', '1.1': null, '1.2': 'pull', '1.3': 'quarantined', '2.0': 'here' });
  const { versions } = await belay.get<VersionsView>('/api/versions');
  const [one, active, never] = ['1.0', '1.1', '1.3'].map((name) => versions.find(({ version }) => version === name));
  expect(one?.updated).toBe(first.created);
  expect(Date.parse(active?.updated ?? '')).toBeGreaterThan(Date.parse(first.created));
  expect(never).toMatchObject({ updated: null, releases: [expect.any(String)] });
  const manifest = { file: 'appliance.yaml', directory: '/', text: FLOOR, files: {} };
  await belay.post('/api/manifest', { manifest });
  expect(await takes()).toMatchObject({ '1.0': 'below-floor', '1.1': null, '1.2': 'pull' });
});

it('an older version that has been here: which data it is to have is asked, and nothing is done', {
  timeout: 60_000,
}, async () => {
  await belay.upgrade('1.1');
  const plan = await belay.get<UpgradePlanView>('/api/upgrade/plan?version=1.0');
  const today = (await release(first.id)).data.frozenAt?.slice(0, 10);
  const asked = {
    message: `1.0 has been here (${first.id}), and is older than 1.1: say which data it is to have.`,
    hint: `With its own data, as it was left on ${today}: rollback system to ${first.id}. With today's data, in a copy: promote release ${first.id}`,
  };
  expect(plan.obstacles).toEqual([{ code: 'refused', ...asked }]);
  expect(await refusal(belay.upgrade('1.0'))).toMatchObject({ status: 422, ...asked });
  expect(await refusal(belay.post('/api/cluster/upgrade', { version: '1.0', force: true }))).toMatchObject(asked);
  expect(await summary()).toEqual(['1.1 active upgrade', '1.0 superseded adopt']);
  // A rehearsal does nothing either, and needs no choice.
  expect((await belay.get<UpgradePlanView>('/api/rehearsal/plan?version=1.0')).obstacles).toEqual([]);
  // Another image of that name has not been here.
  addVersion('1.0', 1, ['/data', '/other']);
  expect((await belay.get<UpgradePlanView>('/api/upgrade/plan?version=1.0')).obstacles).toEqual([]);
});

it('what two releases differ in, what is noted about one, and no secret anywhere', { timeout: 60_000 }, async () => {
  const { toRelease } = await belay.upgrade('2.0');
  const diff = await belay.get<ReleaseDiffView>(`/api/releases/${first.id}/diff`);
  expect(diff.to.release).toBe(toRelease);
  expect(diff.images).toMatchObject([{ service: 'acme', from: { digest: first.digest } }]);
  expect(diff.settings).toEqual([{ service: 'acme', setting: 'mount /cache', now: null, after: expect.any(String) }]);
  expect(diff.data.changes).toMatchObject({ changed: 1, added: 0, removed: 0 });
  const detail = await belay.post<ReleaseDetailView>(`/api/releases/${first.id}/note`, { text: ' before the format ' });
  expect(detail.note).toMatchObject({ text: 'before the format', by: 'admin' });
  expect(detail.services[0]?.env).toEqual(['LOG_LEVEL=info', 'DB_PASSWORD=(redacted)']);
  expect((await belay.releases()).map(({ note }) => note?.text)).toEqual([undefined, 'before the format']);
  for (const text of ['two\nlines', 'x'.repeat(501)]) {
    expect(await refusal(belay.post(`/api/releases/${first.id}/note`, { text }))).toMatchObject({ status: 400 });
  }
  await belay.kill('SIGTERM');
  await belay.start();
  expect((await release(first.id)).note?.text).toBe('before the format');
  expect((await belay.post<ReleaseDetailView>(`/api/releases/${first.id}/note`, { text: '' })).note).toBeNull();
  const page = await belay.get<ReleaseView[]>(`/api/releases?limit=1&before=${toRelease}`);
  expect(page.map(({ id }) => id)).toEqual([first.id]);
  expect(await refusal(belay.get('/api/releases?before=RZZZZZZZZZZ'))).toMatchObject({ status: 404 });
});
