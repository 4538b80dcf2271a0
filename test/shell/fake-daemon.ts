import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { EventView } from '../../src/api/contract/event-view.ts';
import type { LogLineView } from '../../src/api/contract/log.ts';
import type { OperationView, StepView } from '../../src/api/contract/operation-views.ts';
import type { RollbackPlanView, UpgradePlanView } from '../../src/api/contract/plan-views.ts';
import type { ReleaseDiffView } from '../../src/api/contract/release-history.ts';
import type { ReleaseView, VersionsView } from '../../src/api/contract/release-views.ts';
import type { ConfirmationView } from '../../src/api/contract/running-views.ts';
import type { ContainerView, SystemView } from '../../src/api/contract/system-views.ts';

/** How an upgrade to a version goes in this fake. */
export type Script = 'succeeds' | 'fails its gate';

export interface FakeDaemonOptions {
  socketPath: string;
  /** How long each step takes. */
  stepMs: number;
  scripts: Record<string, Script>;
  /** Without an appliance there is only a container to adopt. */
  adopted: boolean;
}

interface StepScript {
  name: string;
  title: string;
  bytes?: number;
  detail?: string;
}

const MIB = 1024 * 1024;
const upgradeSteps = (from: string, to: string): StepScript[] => [
  { name: 'preflight', title: `Check that ${to} can be installed` },
  { name: 'pull', title: `Pull ${to}`, bytes: 180 * MIB, detail: 'layer 3 of 5' },
  { name: 'pre-copy', title: `Copy the data while ${from} serves`, bytes: 1200 * MIB },
  { name: 'stop', title: `Turn off ${from}` },
  { name: 'delta', title: 'Bring the copy level' },
  { name: 'start', title: `Start ${to} on its own data` },
  { name: 'gate', title: 'Prove that it works', detail: 'healthy; stable for 3 of 5 s' },
  { name: 'commit', title: `Make ${to} the active release` },
];
const rollbackSteps = (from: string, to: string): StepScript[] => [
  { name: 'check', title: `Check that ${to} can start` },
  { name: 'stop', title: `Turn off ${from}` },
  { name: 'start', title: `Start ${to} on its own data` },
  { name: 'gate', title: 'Prove that it works' },
  { name: 'commit', title: `Make ${to} the active release` },
];

const letters = (number: number): string => {
  let text = '';
  for (let rest = number * 7919 + 1; text.length < 10; rest = Math.floor(rest / 3) + 17 * (text.length + 1)) {
    text += String.fromCharCode(65 + (rest % 26));
  }
  return text;
};
const iso = (ms = Date.now()): string => new Date(ms).toISOString();
/** Names of fields whose values are not for people alone. */
const COMPARED =
  /^(?:id|type|code|state|status|kind|role|origin|treatment|change|release|fromRelease|toRelease|copyOf|keptWith)$/;
const refuse = (status: number, code: string, message: string, hint: string | null) =>
  Object.assign(new Error(message), { status, code, hint });

/** Speaks the API's contract over a unix socket, with operations that follow a script. */
export class FakeDaemon {
  readonly calls: { method: string; path: string; user: string; body?: Record<string, string> }[] = [];
  releases: ReleaseView[] = [];
  operations: OperationView[] = [];
  attention: SystemView['attention'] = [];
  /** Until when the active release has to be confirmed; null where it has not. */
  private confirmBy: { dueMs: number; windowMs: number } | null = null;
  private readonly options: FakeDaemonOptions;
  /** Applied to every string of every answer but those that programs compare. */
  taint: (text: string) => string = (text) => text;
  moreVersions: string[] = [];
  /** Why a version is not offered. */
  readonly quarantined = new Map<string, string>();
  /** Nobody is told what happens. */
  isMute = false;
  log: LogLineView[] = ['starting up', 'listening on port 80', 'GET / 200'].map((text) => ({
    service: 'server',
    at: iso(),
    text,
  }));
  private readonly streams = new Set<ServerResponse>();
  private readonly logStreams = new Set<ServerResponse>();
  private readonly server: Server;
  private name: string | null;
  private count = 0;

  constructor(options: FakeDaemonOptions) {
    this.options = options;
    this.name = options.adopted ? 'acme' : null;
    this.server = createServer((request, response) => void this.answer(request, response));
    if (options.adopted) {
      this.releases = [
        this.release('2.0.4', 'active', 'upgrade', Date.now() - 21 * 86_400_000, 1.2 * 1024 * MIB),
        this.release('2.0.3', 'superseded', 'adopt', Date.now() - 60 * 86_400_000, 1.1 * 1024 * MIB),
      ];
    }
  }

  async start(): Promise<void> {
    await rm(this.options.socketPath, { force: true });
    await new Promise<void>((resolve) => this.server.listen(this.options.socketPath, resolve));
  }

  async stop(): Promise<void> {
    for (const stream of [...this.streams, ...this.logStreams]) stream.destroy();
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  /** As if there had been so many releases before those that there are. */
  addHistory(count: number): void {
    for (let month = 3; month < count + 3; month++) {
      this.releases.push(
        this.release(`1.${count - month + 3}`, 'superseded', 'upgrade', Date.now() - month * 30 * 86_400_000, null),
      );
    }
  }

  /** As if another session had asked for it. */
  startUpgrade(version: string, by: string): OperationView {
    const from = this.active();
    const to = this.release(version, 'superseded', 'upgrade', Date.now(), from.data.sizeBytes);
    return this.begin('upgrade', from, to, by, upgradeSteps(from.version, version));
  }

  /** As if it went on at another appliance of this daemon. */
  announce(operation: OperationView): void {
    this.send({ type: 'operation', operation });
  }

  /** A container says something. */
  say(text: string): void {
    const line = { service: 'server', at: iso(), text };
    this.log.push(line);
    for (const stream of this.logStreams) this.writeLog(stream, line);
  }

  /** As if the active release had been upgraded to so. */
  awaitConfirmation(windowMs: number): void {
    this.confirmBy = { dueMs: Date.now() + windowMs, windowMs };
  }

  /** As if somebody had typed it. */
  confirm(by: string): ConfirmationView {
    const confirmation = this.confirmation();
    if (!confirmation) throw refuse(422, 'refused', 'Nothing waits to be confirmed.', 'show system');
    this.confirmBy = null;
    const ended = { ...confirmation, state: 'confirmed' as const, leftMs: null, endedBy: by, endedAt: iso() };
    this.send({ type: 'confirmed', appliance: this.name ?? '', confirmation: ended });
    return ended;
  }

  /** As if somebody had typed it. */
  intervene(what: 'extend' | 'abort', by: string): OperationView {
    const operation = this.operations.find(({ state }) => state === 'running');
    if (!operation) throw refuse(422, 'refused', 'No upgrade of acme is running.', 'show upgrade status');
    operation.interventions.push({ what, by, at: iso(), addedMs: what === 'extend' ? 600_000 : null });
    if (what === 'abort') operation.reason = `The upgrade was aborted by ${by}.`;
    this.send({ type: 'operation', operation });
    return operation;
  }

  private confirmation(): ConfirmationView | null {
    if (!this.confirmBy) return null;
    const { dueMs, windowMs } = this.confirmBy;
    const { id, version } = this.active();
    const dueAt = iso(dueMs);
    const pending = { state: 'pending' as const, operation: 'OABCDEFGHIJ', release: id, version, backTo: '2.0.3' };
    return { ...pending, windowMs, leftMs: Math.max(0, dueMs - Date.now()), dueAt, endedBy: null, endedAt: null };
  }

  private writeLog(stream: ServerResponse, line: LogLineView): void {
    stream.write(`event: log\ndata: ${this.json(line)}\n\n`);
  }

  private json(view: unknown): string {
    return JSON.stringify(view, (key, value: unknown) =>
      typeof value === 'string' && !COMPARED.test(key) && Number.isNaN(Date.parse(value)) ? this.taint(value) : value,
    );
  }

  private release(
    version: string,
    status: ReleaseView['status'],
    origin: ReleaseView['origin'],
    createdMs: number,
    sizeBytes: number | null,
  ): ReleaseView {
    this.count++;
    return {
      id: `R${letters(this.count)}`,
      version,
      created: iso(createdMs),
      by: 'admin',
      status,
      origin,
      copyOf: null,
      slot: `S${letters(this.count)}`,
      data: { state: status === 'active' ? 'live' : 'frozen', sizeBytes, frozenAt: null },
      image: `registry.example/acme:${version}`,
      digest: `sha256:${'ab'.repeat(32)}`,
      note: null,
    };
  }

  private active(): ReleaseView {
    const found = this.releases.find(({ status }) => status === 'active');
    if (!found) throw refuse(404, 'not-found', 'There is no appliance yet.', 'adopt CONTAINER');
    return found;
  }

  private begin(
    kind: OperationView['kind'],
    from: ReleaseView,
    to: ReleaseView,
    by: string,
    steps: StepScript[],
  ): OperationView {
    const holder = this.operations.find(({ state }) => state === 'running');
    if (holder)
      throw refuse(409, 'busy', `${holder.by} is upgrading since ${holder.startedAt}.`, 'show upgrade status watch');
    this.count++;
    const operation: OperationView = {
      id: `O${letters(this.count)}`,
      appliance: this.name ?? 'acme',
      kind,
      state: 'running',
      from: from.version,
      fromRelease: from.id,
      to: to.version,
      toRelease: to.id,
      by,
      startedAt: iso(),
      endedAt: null,
      reason: null,
      hint: null,
      downtimeMs: null,
      downSince: null,
      logTail: [],
      recoveries: 0,
      staleLock: null,
      rehearsal: null,
      hooks: [],
      nodes: [],
      interventions: [],
      can: [],
      confirmation: null,
      steps: steps.map(
        ({ name, title, bytes }): StepView => ({
          name,
          title,
          status: 'pending',
          progress: null,
          doneBytes: null,
          totalBytes: bytes ?? null,
          startedAt: null,
          endedAt: null,
          takenBackAt: null,
          detail: null,
        }),
      ),
    };
    this.operations.unshift(operation);
    this.send({ type: 'operation', operation });
    void this.play(operation, from, to, steps);
    return operation;
  }

  private async play(
    operation: OperationView,
    from: ReleaseView,
    to: ReleaseView,
    scripts: StepScript[],
  ): Promise<void> {
    const script = this.options.scripts[to.version] ?? 'succeeds';
    const aborted = (): boolean => operation.interventions.some(({ what }) => what === 'abort');
    let stoppedMs = 0;
    for (const [position, step] of operation.steps.entries()) {
      const { bytes, detail } = scripts[position] as StepScript;
      step.status = 'running';
      step.startedAt = iso();
      step.detail = detail ?? null;
      if (step.name === 'stop') {
        stoppedMs = Date.now();
        operation.downSince = iso(stoppedMs);
      }
      for (let tenth = 1; tenth <= 10; tenth++) {
        await new Promise((resolve) => setTimeout(resolve, this.options.stepMs / 10));
        if (bytes !== undefined) {
          step.progress = tenth / 10;
          step.doneBytes = (bytes * tenth) / 10;
        }
        this.send({ type: 'operation', operation });
        if (aborted()) {
          step.status = 'failed';
          return this.end(operation, stoppedMs === 0 ? 'failed' : 'rolled-back');
        }
      }
      step.endedAt = iso();
      if (step.name === 'gate' && operation.kind === 'upgrade' && script === 'fails its gate') {
        return this.fail(operation, step, from, to, stoppedMs);
      }
      step.status = 'done';
      step.detail = null;
      if (step.name === 'gate') {
        operation.downSince = null;
        operation.downtimeMs = Date.now() - stoppedMs;
      }
      this.send({ type: 'operation', operation });
    }
    from.status = operation.kind === 'rollback' ? 'rolled-back' : 'superseded';
    from.data.state = 'frozen';
    to.status = 'active';
    to.data.state = 'live';
    this.releases = [to, ...this.releases.filter(({ id }) => id !== to.id)];
    this.end(operation, 'succeeded');
  }

  private fail(operation: OperationView, step: StepView, from: ReleaseView, to: ReleaseView, stoppedMs: number): void {
    step.status = 'failed';
    step.detail = 'The container exited with code 1.';
    for (const each of operation.steps) {
      if (['stop', 'delta', 'start'].includes(each.name))
        Object.assign(each, { status: 'reverted', takenBackAt: iso() });
    }
    operation.reason = `${to.version} did not prove itself: the container exited with code 1.`;
    operation.hint = `show release ${to.id}`;
    operation.logTail = ['starting up', 'migrating data', '\x1b[31mFATAL\x1b[0m: cannot read config'];
    operation.downSince = null;
    operation.downtimeMs = Date.now() - stoppedMs;
    to.status = 'failed';
    this.releases = [to, ...this.releases];
    from.status = 'active';
    this.end(operation, 'rolled-back');
  }

  private end(operation: OperationView, state: OperationView['state']): void {
    operation.state = state;
    operation.endedAt = iso();
    this.send({ type: 'operation', operation });
  }

  private send(event: EventView): void {
    if (this.isMute) return;
    for (const stream of this.streams) stream.write(`event: ${event.type}\ndata: ${this.json(event)}\n\n`);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://belay');
    const user = decodeURIComponent(String(request.headers['belay-user'] ?? ''));
    const call: FakeDaemon['calls'][number] = { method: request.method ?? '', path: url.pathname, user };
    this.calls.push(call);
    if (url.pathname === '/api/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(': hello\n\n');
      this.streams.add(response);
      response.on('close', () => this.streams.delete(response));
      for (const operation of this.operations)
        if (operation.state === 'running') this.send({ type: 'operation', operation });
      return;
    }
    if (url.pathname === '/api/log/stream') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const line of this.log.slice(-Number(url.searchParams.get('lines')))) this.writeLog(response, line);
      this.logStreams.add(response);
      response.on('close', () => this.logStreams.delete(response));
      return;
    }
    let body = '';
    for await (const chunk of request) body += String(chunk);
    try {
      if (body !== '') call.body = JSON.parse(body);
      const [status, view] = this.route(request.method ?? 'GET', url, call.body ?? {}, user);
      response.writeHead(status, { 'content-type': 'application/json' }).end(this.json(view));
    } catch (thrown) {
      const { status = 500, code = 'internal', message, hint = null } = thrown as Error & Record<string, never>;
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(this.json({ error: { code, message, hint, details: {} } }));
    }
  }

  private route(method: string, url: URL, body: Record<string, string>, user: string): [number, unknown] {
    const path = url.pathname;
    const query = (name: string): string | null => url.searchParams.get(name);
    if (method === 'POST' && path === '/api/cluster/upgrade') {
      return [202, this.startUpgrade(this.known(body['version'] ?? ''), user)];
    }
    if (method === 'POST' && path === '/api/cluster/confirm') return [200, this.confirm(user)];
    if (method === 'POST' && path === '/api/upgrade/extend') return [200, this.intervene('extend', user)];
    if (method === 'POST' && path === '/api/upgrade/abort') return [202, this.intervene('abort', user)];
    if (method === 'POST' && path === '/api/cluster/rollback') {
      const from = this.active();
      const to = { ...this.target(body['release'] ?? null) };
      const copy = {
        ...this.release(to.version, 'superseded', 'rollback', Date.now(), to.data.sizeBytes),
        copyOf: to.id,
      };
      return [202, this.begin('rollback', from, copy, user, rollbackSteps(from.version, to.version))];
    }
    if (method === 'POST' && path === '/api/cluster/promote') {
      const [from, to] = [this.active(), this.target(body['release'] ?? null)];
      const copy = { ...this.release(to.version, 'superseded', 'promotion', Date.now(), 5 * MIB), copyOf: to.id };
      return [202, this.begin('promotion', from, copy, user, upgradeSteps(from.version, to.version))];
    }
    if (method === 'POST' && path === '/api/appliances') {
      this.name = body['name'] ?? body['container'] ?? 'acme';
      this.releases = [{ ...this.release('1.0', 'active', 'adopt', Date.now(), 5 * MIB), by: user }];
      return [201, this.releases[0]];
    }
    if (path === '/api/appliances') return [200, this.name === null ? [] : [this.appliance()]];
    if (path === '/api/containers') return [200, this.containers()];
    if (path === '/api/system') return [200, this.system()];
    if (path === '/api/log') return [200, this.log.slice(-Number(query('lines') ?? 200))];
    if (path === '/api/releases') {
      const begin = this.releases.findIndex(({ id }) => id === query('before')) + 1;
      return [200, this.releases.slice(begin, begin + Number(query('limit') ?? 1000))];
    }
    if (path === '/api/releases/names') {
      return [200, this.releases.map(({ id, version, created, status }) => ({ id, version, created, status }))];
    }
    if (method === 'POST' && path.endsWith('/note')) {
      const release = this.target(path.split('/').at(-2) ?? '');
      release.note = body['text'] ? { text: body['text'], by: user, at: iso() } : null;
      return [200, this.detail(release.id)];
    }
    if (path.endsWith('/diff')) return [200, this.diff(path.split('/').at(-2) ?? '', query('to'))];
    if (path.startsWith('/api/releases/')) return [200, this.detail(path.slice('/api/releases/'.length))];
    if (path === '/api/versions') return [200, this.versions()];
    if (path === '/api/upgrade/status') {
      const id = query('operation');
      return [200, (id === null ? this.operations[0] : this.operations.find((each) => each.id === id)) ?? null];
    }
    if (path === '/api/upgrade/history') return [200, this.operations];
    if (path === '/api/upgrade/plan')
      return [200, this.upgradePlan(this.known(query('version') ?? ''), query('confirmWithin'))];
    if (path === '/api/promotion/plan') {
      const { id, version, created } = this.target(query('release'));
      const source = { release: id, version, created };
      const settings = [
        { service: 'server', setting: 'env DB_PASSWORD', now: '(redacted)', after: '(redacted)' },
        { service: 'server', setting: 'env LOG_LEVEL', now: 'debug', after: 'info' },
      ];
      return [200, { ...this.upgradePlan(version, query('confirmWithin')), source, settings }];
    }
    if (path === '/api/rollback/plan') return [200, this.rollbackPlan(query('release'))];
    throw refuse(404, 'not-found', `There is no ${path}.`, null);
  }

  private known(version: string): string {
    if (this.versions().versions.some((each) => each.version === version)) return version;
    throw refuse(404, 'not-found', `There is no version ${version} of registry.example/acme.`, 'See: show versions');
  }

  private target(release: string | null): ReleaseView {
    const found = this.releases.find((each) => (release === null ? each.status !== 'active' : each.id === release));
    if (!found) throw refuse(404, 'not-found', 'There is no such release.', 'See: show releases');
    return found;
  }

  private appliance() {
    const { id, version, created } = this.active();
    return { name: this.name ?? '', version, release: id, created };
  }

  private containers(): ContainerView[] {
    const container = (name: string, image: string, appliance: string | null): ContainerView => ({
      id: `${letters(name.length).toLowerCase()}0123`,
      name,
      image,
      running: true,
      status: 'Up 3 weeks',
      appliance,
      project: null,
      service: null,
    });
    return [
      container('acme-server', 'registry.example/acme:2.0.4', this.name),
      container('wiki', 'docker.example/wiki:5', null),
      container('wiki-database', 'mariadb:10.5', null),
    ];
  }

  private system(): SystemView {
    const { id, version } = this.active();
    const running = this.operations.find(({ state }) => state === 'running');
    return {
      appliance: this.name ?? '',
      title: null,
      banner: [],
      promptName: null,
      version,
      release: id,
      state: running ? (running.kind === 'upgrade' ? 'upgrading' : 'rolling-back') : 'running',
      since: iso(Date.now() - 3_600_000),
      services: [
        {
          name: 'server',
          role: 'controller',
          image: `registry.example/acme:${version}`,
          digest: null,
          state: 'running',
          health: 'healthy',
          containerId: 'abcdef0123456789',
          containerName: 'acme-server',
          startedAt: iso(),
          restartPolicy: 'unless-stopped',
          ports: ['8080→80/tcp'],
          awaits: null,
        },
      ],
      engine: { product: 'Docker Engine', version: '20.10.24', rootDir: '/var/lib/docker' },
      daemon: { version: '0.1.0', pid: process.pid, startedAt: iso(Date.now() - 86_400_000) },
      attention: this.attention,
      confirmation: this.confirmation(),
      lastOperation: this.operations[0] ?? null,
    };
  }

  private detail(id: string) {
    const release = this.target(id);
    return {
      ...release,
      previous: null,
      importedFrom: null,
      archive: null,
      services: [
        {
          name: 'server',
          role: 'controller',
          image: release.image,
          digest: release.digest,
          containerId: 'abcdef0123456789',
          env: ['LOG_LEVEL=info', 'TITLE=日本語のタイトル'],
          ports: ['8080→80/tcp'],
          labels: { tier: 'gold' },
          networks: ['bridge'],
          restartPolicy: 'unless-stopped',
          mounts: [
            {
              kind: 'volume',
              source: 'acme-data',
              target: '/data',
              readOnly: false,
              dataPath: '/x',
              sharedBecause: null,
            },
          ],
        },
      ],
    };
  }

  private diff(fromId: string, toId: string | null): ReleaseDiffView {
    const [from, to] = [this.target(fromId), toId === null ? this.active() : this.target(toId)];
    const named = ({ id, version, created }: ReleaseView) => ({ release: id, version, created });
    return {
      appliance: this.name ?? '',
      from: named(from),
      to: named(to),
      images: [
        {
          service: 'server',
          from: { reference: from.image, digest: from.digest },
          to: { reference: to.image, digest: to.digest },
        },
      ],
      settings: [{ service: 'server', setting: 'env LOG_LEVEL', now: 'info', after: 'debug' }],
      data: { isShared: false, changes: null, note: 'The data of it is an archive, which is not compared.' },
    };
  }

  private versions(): VersionsView {
    const active = this.releases.find(({ status }) => status === 'active')?.version;
    return {
      repository: 'registry.example/acme',
      registryProblem: null,
      versions: ['2.2.0', '2.1.0', '2.0.4', '2.0.3', '1.9.9', ...this.moreVersions].map((version) => ({
        version,
        inRegistry: true,
        inMirror: false,
        here: version.startsWith('2.0'),
        active: version === active,
        updated: this.releases.find((each) => each.version === version)?.created ?? null,
        takes: this.takes(version, active),
        quarantined: this.quarantined.get(version) ?? null,
        releases: this.releases.filter((each) => each.version === version).map(({ id }) => id),
      })),
    };
  }

  private takes(version: string, active: string | undefined): VersionsView['versions'][number]['takes'] {
    if (version === active) return null;
    if (this.quarantined.has(version)) return 'quarantined';
    if (version === '1.9.9') return 'below-floor';
    return this.releases.some((each) => each.version === version) ? 'instant' : 'pull';
  }

  private upgradePlan(version: string, confirmWithin: string | null): UpgradePlanView {
    const from = this.active();
    return {
      appliance: this.name ?? '',
      from: { release: from.id, version: from.version },
      to: {
        version,
        image: `registry.example/acme:${version}`,
        digest: `sha256:${'cd'.repeat(32)}`,
        alreadyHere: false,
      },
      services: [
        {
          name: 'server',
          from: `registry.example/acme:${from.version}`,
          to: `registry.example/acme:${version}`,
          kept: null,
        },
      ],
      steps: upgradeSteps(from.version, version).map(({ name, title }) => ({ name, title })),
      mounts: [
        {
          service: 'server',
          kind: 'volume',
          source: 'acme-data',
          targets: ['/data'],
          treatment: 'pre-copy',
          sizeBytes: 1200 * MIB,
          files: 4212,
          note: null,
        },
      ],
      space: [{ path: '/var/lib/docker', neededBytes: 1400 * MIB, freeBytes: 40 * 1024 * MIB }],
      confirmWithinMs: confirmWithin === null ? null : 600_000,
      externalData: null,
      preCopyForecastMs: 4000,
      cluster: null,
      engines: null,
      downtimeForecastMs: 3000,
      warnings: [],
      obstacles: [],
    };
  }

  private rollbackPlan(release: string | null): RollbackPlanView {
    const from = this.active();
    const to = this.target(release);
    return {
      appliance: this.name ?? '',
      from: { release: from.id, version: from.version },
      to: { release: to.id, version: to.version },
      steps: rollbackSteps(from.version, to.version).map(({ name, title }) => ({ name, title })),
      legacy: null,
      cluster: null,
      engines: null,
      joinedSince: [],
      kept: [],
      downtimeForecastMs: 3000,
      data: {
        isNone: false,
        backTo: to.created,
        changes: {
          added: 3,
          changed: 210,
          removed: 1,
          sample: [{ path: 'server/db/table.ibd', change: 'changed', sizeBytes: 8 * MIB }],
        },
        keptWith: from.id,
        unpacked: null,
      },
      externalData: null,
      settings: [{ service: 'server', setting: 'env LOG_LEVEL', now: 'info', after: 'debug' }],
      warnings: [],
      obstacles: [],
    };
  }
}
