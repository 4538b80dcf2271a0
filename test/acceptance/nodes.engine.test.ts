import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import type { RollbackPlanView, UpgradePlanView } from '../../src/api/contract/plan-views.ts';
import type { ReleaseView } from '../../src/api/contract/release-views.ts';
import { makeAppliance } from '../support/appliances.ts';
import { TestBelay } from '../support/belay.ts';
import { describeOnEngine } from '../support/on-engine.ts';
import { oneShot } from '../support/one-shot.ts';

const NODES = ['server', 'node-2', 'node-3'];
const AGENTS = ['agent-1', 'agent-2', 'agent-3', 'agent-4', 'agent-5', 'agent-6'];

// The software is what its data says; the image's version where nothing has been installed over it.
const SAYS = '#!/bin/sh\ncat /data/software 2>/dev/null || cat /www/version\n';
const INSTALL = `#!/bin/sh
case "$1" in
  --previous) echo "previous version: 16.1.4" ;;
  --rollback) echo "switching to 16.1.4"; echo 16.1.4 > /data/software ;;
  *) exit 2 ;;
esac
`;
// An agent finds out by itself what its controller runs.
const AGENT_SAYS = '#!/bin/sh\ncat /tmp/followed 2>/dev/null || cat /www/version\n';

describeOnEngine('a controller of three instances with six service engines', (bench) => {
  const { docker } = bench.engine;
  const container = (member: string) => bench.name(member);
  const image = (member: string, version: string) =>
    bench.reference(member.startsWith('agent') ? 'agent' : 'server', version);
  const inspect = async (idOrName: string) => JSON.parse(await docker(['inspect', idOrName]))[0];
  const idOf = async (member: string): Promise<string> => (await inspect(container(member))).Id;
  const witnesses = () =>
    Promise.all(NODES.map((node) => docker(['exec', container(node), 'sh', '-c', 'cat /data/witness /data/notes'])));
  const note = (words: string) =>
    Promise.all(
      NODES.map((node) =>
        docker(['exec', container(node), 'sh', '-c', `echo ${words} >> /data/notes; sync /data/notes`]),
      ),
    );
  const serving = async () => {
    const { services } = await belay.system();
    return services.map(({ name, image: its, state }) => `${name} ${its.split(':').at(-1)} ${state}`).sort();
  };
  const all = (version: string) => [...NODES, ...AGENTS].map((name) => `${name} ${version} running`).sort();
  const states = ({ nodes }: OperationView) => nodes.map(({ name, state }) => `${name} ${state}`);
  const begin = (version: string) => belay.post<OperationView>('/api/cluster/upgrade', { version });
  const until = async (operation: OperationView, holds: (now: OperationView) => boolean) => {
    for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 20) {
      const now = await belay.get<OperationView>(`/api/upgrade/status?operation=${operation.id}`);
      if (holds(now)) return now;
      if (now.state !== 'running') break;
      await pause(20);
    }
    throw new Error(`that has not come: ${JSON.stringify(await belay.ended(operation))}`);
  };
  const isAt =
    (name: string, ...wanted: string[]) =>
    (now: OperationView) =>
      now.nodes.some((node) => node.name === name && wanted.includes(node.state));
  const site = mkdtempSync(join(tmpdir(), 'belay-nodes-'));
  const manifestWith = (floor: string) => ({
    ...{ file: 'appliance.yaml', directory: site, files: {} },
    text: linesOf(floor).join('\n'),
  });
  const linesOf = (floor: string) => [
    'services:',
    ...[...NODES, ...AGENTS].flatMap((member) => [
      `  ${member}:`,
      `    container_name: ${container(member)}`,
      `    image: ${image(member, '16.1.5')}`,
    ]),
    'x-belay:',
    `  floor: "${floor}"`,
    '  engines: {max_unavailable: 6}',
    '  legacy:',
    '    below: "16.2"',
    '    command: [/bootstrap/install.sh, --rollback]',
    '    previous_version_command: [/bootstrap/install.sh, --previous]',
    '    deadline: 20s',
    '  services:',
    '    server: {role: controller}',
    '    node-2: {role: node}',
    '    node-3: {role: node}',
    ...AGENTS.map((member) => `    ${member}: {role: engine}`),
    '',
  ];
  let belay: TestBelay;
  let original: string[];
  let atFirst: string[];
  let first: ReleaseView;

  beforeAll(async () => {
    const gate = 'LABEL io.belay.gate.stable=300ms io.belay.gate.deadline=15s';
    const says = [gate, 'LABEL io.belay.version-command=/bin/says'];
    const script = (path: string, content: string) => ({ path, content, mode: 0o755 });
    // Healthy where there is a licence: the third node has none.
    const licensed = [
      'LABEL io.belay.gate.stable=300ms io.belay.gate.deadline=4s',
      'HEALTHCHECK --interval=1s --timeout=30s --retries=3 CMD test -e /site/licence',
    ];
    const make = (member: string, version: string, changes: string[], options: object = {}) =>
      makeAppliance(bench.engine, { reference: image(member, version), changes, ...options });
    const bootstrap = [script('bin/says', SAYS), script('bootstrap/install.sh', INSTALL)];
    await make('server', '16.1.5', says, { files: bootstrap });
    await make('server', '16.2.1', [gate], { dataFormat: 2 });
    await make('server', '16.3.0', licensed, { dataFormat: 3 });
    await make('server', '16.4.0', [gate], { dataFormat: 4 });
    const files = [script('bin/says', AGENT_SAYS)];
    for (const version of ['16.1.5', '16.2.1', '16.3.0', '16.4.0']) {
      // The last of them does not follow by itself, and is not waited for long.
      const short = 'LABEL io.belay.gate.stable=100ms io.belay.gate.deadline=5s';
      await make('agent', version, [short, 'LABEL io.belay.version-command=/bin/says'], { files, volume: false });
    }
    for (const member of [...NODES, ...AGENTS]) {
      const own = join(site, member);
      mkdirSync(own);
      if (member !== 'node-3') writeFileSync(join(own, 'licence'), 'until tomorrow');
      const data = AGENTS.includes(member) ? ['--tmpfs', '/data'] : ['-v', `${container(member)}:/data`];
      const mounts = ['-v', `${own}:/site:ro`, ...data];
      await docker(['run', '-d', '--restart=always', '--name', container(member), ...mounts, image(member, '16.1.5')]);
    }
    belay = new TestBelay(bench.engine.dockerHost);
    await belay.start();
    const wish = { container: container('server'), name: bench.name('vantage'), manifest: manifestWith('16.1') };
    first = await belay.post<ReleaseView>('/api/appliances', wish);
    await note('first');
    original = await Promise.all(NODES.map(idOf));
  });
  afterAll(async () => {
    await belay?.close();
    if (existsSync(site)) rmSync(site, { recursive: true });
  });

  it('goes back by the vendor’s procedure, on a copy, and tells which engine has not followed', async () => {
    const before = await witnesses();
    atFirst = before;
    const agents = await Promise.all(AGENTS.map(idOf));
    const { stdout } = await oneShot(belay, 'show', 'rollback', 'plan');
    expect(stdout).toContain('/bootstrap/install.sh --rollback, in server, node-2, node-3');
    const begun = await belay.post<OperationView>('/api/cluster/rollback');
    expect(begun).toMatchObject({ kind: 'legacy-rollback', to: '16.1.4' });
    await until(begun, ({ steps }) => steps.some(({ name, status }) => name === 'gate' && status !== 'pending'));
    for (const agent of AGENTS.slice(0, -1))
      await docker(['exec', container(agent), 'sh', '-c', 'echo 16.1.4 > /tmp/followed']);
    const ended = await belay.ended(begun);
    expect(ended.state).toBe('needs-attention');
    expect(ended.reason).toBe(
      '16.1.4 runs, but 1 of 6 service engines did not follow by themselves: agent-6 (it says that it is "16.1.5").',
    );
    expect(ended.hooks.map(({ hook, where, output }) => `${hook} ${where}: ${output.join()}`)).toEqual(
      NODES.map((node) => `legacy in ${node}: switching to 16.1.4`),
    );
    expect(states(ended)).toEqual(NODES.map((node) => `${node} done`));
    for (const node of NODES) expect(await docker(['exec', container(node), 'says'])).toBe('16.1.4');
    expect(await witnesses()).toEqual(before);
    expect(await Promise.all(AGENTS.map(idOf))).toEqual(agents);
    const [top] = await belay.releases();
    expect(top).toMatchObject({ version: '16.1.4', origin: 'rollback', status: 'active' });
    // Going forward again: the originals, which were never touched.
    for (const agent of AGENTS) await docker(['exec', container(agent), 'rm', '-f', '/tmp/followed']);
    expect(await belay.rollback(first.id)).toMatchObject({ kind: 'rollback', state: 'succeeded', to: '16.1.5' });
    expect(await Promise.all(NODES.map(idOf))).toEqual(original);
    expect(await witnesses()).toEqual(before);
  });

  it('is upgraded node by node, each with its data, although one is killed before its turn and an engine dies', async () => {
    const plan = await belay.get<UpgradePlanView>('/api/upgrade/plan?version=16.2.1');
    expect(plan.cluster).toEqual({ nodes: NODES, inTurn: ['node-2', 'node-3'], because: null });
    const before = await witnesses();
    const begun = await begin('16.2.1');
    await until(begun, isAt('node-2', 'stopping', 'copying', 'starting', 'proving'));
    await docker(['kill', container('node-3'), container('agent-2')]);
    const ended = await belay.ended(begun);
    expect(ended).toMatchObject({ state: 'succeeded', reason: null });
    expect(await serving()).toEqual(all('16.2.1'));
    const after = await witnesses();
    // Each has migrated its own, and nothing that was written is lost.
    expect(new Set([...before, ...after].map((text) => text.split('\n')[0])).size).toBe(6);
    expect(after.map((text) => text.split('\n').slice(1))).toEqual(before.map((text) => text.split('\n').slice(1)));
    // The second was turned off only when the first had come up.
    const came = Date.parse((await inspect(container('server'))).State.StartedAt);
    expect(came).toBeLessThan(Date.parse((await inspect(original[1] ?? '')).State.FinishedAt));
    expect(states(ended)).toEqual(NODES.map((node) => `${node} done`));
  });

  it('is not taken below its floor, and the procedure is offered', async () => {
    await belay.post('/api/manifest', { manifest: manifestWith('16.2') });
    const { exitCode, stderr } = await oneShot(belay, 'rollback', 'system', '--yes');
    expect(exitCode).toBe(3);
    expect(stderr).toContain('A rollback is supported only to 16.2 and later, and the previous version is 16.1.5.');
    expect(stderr).toContain('rollback system legacy');
    const { obstacles } = await belay.get<RollbackPlanView>('/api/rollback/plan');
    expect(obstacles).toHaveLength(1);
    expect(await serving()).toEqual(all('16.2.1'));
    await belay.post('/api/manifest', { manifest: manifestWith('16.1') });
  });

  it('goes back with all of its nodes where the last one fails', async () => {
    await note('second');
    const [before, ids] = [await witnesses(), await Promise.all(NODES.map(idOf))];
    const ended = await belay.upgrade('16.3.0');
    expect(ended.state).toBe('rolled-back');
    expect(ended.reason).toContain('(node-3)');
    expect(states(ended)).toEqual(NODES.map((node) => `${node} back`));
    expect(ended.nodes[2]?.reason).toContain('health');
    expect(await serving()).toEqual(all('16.2.1'));
    expect(await Promise.all(NODES.map(idOf))).toEqual(ids);
    expect(await witnesses()).toEqual(before);
    const { stdout } = await oneShot(belay, 'show', 'upgrade', 'status');
    expect(stdout).toMatch(/↩ node-3 {2}back on 16\.2\.1: it.* health/);
  });

  it('goes back where a node is killed after its turn, and an engine dies, and nothing is lost', async () => {
    const before = await witnesses();
    const begun = await begin('16.4.0');
    await until(begun, isAt('node-3', 'stopping', 'copying', 'starting', 'proving'));
    await docker(['kill', container('node-2'), container('agent-3')]);
    const ended = await belay.ended(begun);
    expect(ended).toMatchObject({ state: 'rolled-back' });
    expect(await serving()).toEqual(all('16.2.1'));
    expect(await witnesses()).toEqual(before);
  });

  it('is rolled back as one, also where a node is killed in the middle of it and an engine dies', async () => {
    const hold = join(belay.holds, 'start:acted');
    writeFileSync(hold, '');
    const begun = await belay.post<OperationView>('/api/cluster/rollback');
    while (!existsSync(`${hold}.held`)) await pause(10);
    await docker(['kill', container('node-2'), container('agent-4')]);
    rmSync(hold);
    const ended = await belay.ended(begun);
    expect(ended).toMatchObject({ kind: 'rollback', state: 'succeeded', to: '16.1.5' });
    expect(states(ended)).toEqual(NODES.map((node) => `${node} done`));
    expect(await serving()).toEqual(all('16.1.5'));
    expect(await Promise.all(NODES.map(idOf))).toEqual(original);
    expect(await witnesses()).toEqual(atFirst);
  });
});
