import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ErrorView } from '../../src/api/contract/error-view.ts';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import type { ReleaseView } from '../../src/api/contract/release-views.ts';
import type { JobView, SnapshotView } from '../../src/api/contract/snapshot-views.ts';
import type { SystemView } from '../../src/api/contract/system-views.ts';
import { callEngine } from '../../src/demo/private-engine/engine-api.ts';

/** Where the bundles are: in this tree, unless somebody tests a build of their own. */
const BUILD = process.env['BELAY_TEST_BUILD'] ?? resolve(import.meta.dirname, '../..');
/** The build with crash points. */
export const PROGRAM = join(BUILD, 'dist-test/belay.js');
/** The build that is shipped. */
export const SHIPPED_PROGRAM = join(BUILD, 'dist/belay.js');
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** An answer that was not what was asked for, with the API's code. */
export class ApiFailure extends Error {
  readonly status: number;
  readonly error: ErrorView['error'];

  constructor(status: number, error: ErrorView['error']) {
    super(error.message);
    this.status = status;
    this.error = error;
  }
}

/** A real daemon of the test build, with a state directory and a socket of its own. */
export class TestBelay {
  readonly directory = mkdtempSync(join(tmpdir(), 'belay-e2e-'));
  readonly home: string;
  readonly socket = join(this.directory, 'belay.sock');
  /** A file here that is named as a point of the runner holds an operation there. */
  readonly holds = join(this.directory, 'holds');
  readonly #dockerHost: string;
  readonly program: string;
  #daemon: ChildProcess | null = null;
  #output = '';

  /** `home` is where it keeps its state; in its own directory unless told otherwise. */
  constructor(dockerHost: string, program = PROGRAM, home?: string) {
    this.#dockerHost = dockerHost;
    this.program = program;
    this.home = home ?? join(this.directory, 'home');
    mkdirSync(this.holds);
  }

  env(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
    const { NODE_OPTIONS: _, ...inherited } = process.env;
    const places = { BELAY_HOME: this.home, BELAY_SOCKET: this.socket, BELAY_HOLD_IN: this.holds };
    return { ...inherited, ...places, DOCKER_HOST: this.#dockerHost, ...extra };
  }

  /** Starts a daemon and waits until it answers. `crashAt` is the name of a crash point. */
  async start(options: { crashAt?: string; env?: Record<string, string> } = {}): Promise<void> {
    const env = this.env({ ...options.env, ...(options.crashAt ? { BELAY_CRASH_AT: options.crashAt } : {}) });
    const daemon = spawn(process.execPath, [this.program, 'daemon'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    daemon.stdout.on('data', (chunk) => {
      this.#output += chunk;
    });
    daemon.stderr.on('data', (chunk) => {
      this.#output += chunk;
    });
    this.#daemon = daemon;
    for (let waitedMs = 0; waitedMs < 20_000; waitedMs += 20) {
      if ((await callEngine(this.socket, '/api/health', { timeoutMs: 2_000 }).catch(() => null))?.status === 200)
        return;
      // Killed by a crash point in its recovery, possibly before it was seen to answer.
      if (daemon.signalCode === 'SIGKILL') return;
      if (daemon.exitCode !== null) break;
      await pause(20);
    }
    throw new Error(`the daemon does not answer; it says:\n${this.#output}`);
  }

  get output(): string {
    return this.#output;
  }

  get pid(): number {
    return this.#daemon?.pid ?? -1;
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.#daemon?.exitCode === null && this.#daemon.signalCode === null) {
      this.#daemon.kill(signal);
      await once(this.#daemon, 'exit');
    }
    this.#daemon = null;
  }

  /** Resolves when the daemon has ended by itself: how. */
  async died(): Promise<NodeJS.Signals | number | null> {
    const daemon = this.#daemon;
    if (daemon && daemon.exitCode === null && daemon.signalCode === null) await once(daemon, 'exit');
    return daemon?.signalCode ?? daemon?.exitCode ?? null;
  }

  async close(): Promise<void> {
    await this.kill('SIGTERM');
    rmSync(this.directory, { recursive: true, force: true });
  }

  async get<T>(path: string): Promise<T> {
    return this.#call('GET', path);
  }

  async post<T>(path: string, body?: object): Promise<T> {
    return this.#call('POST', path, body);
  }

  system = () => this.get<SystemView>('/api/system');
  releases = () => this.get<ReleaseView[]>('/api/releases');
  adopt = (container: string, name: string) => this.post<ReleaseView>('/api/appliances', { container, name });

  async upgrade(version: string): Promise<OperationView> {
    return this.ended(await this.post<OperationView>('/api/cluster/upgrade', { version }));
  }

  async rollback(release?: string): Promise<OperationView> {
    return this.ended(await this.post<OperationView>('/api/cluster/rollback', release ? { release } : {}));
  }

  snapshots = () => this.get<SnapshotView[]>('/api/snapshots');

  async restore(snapshot: string, mount?: string): Promise<OperationView> {
    return this.ended(
      await this.post<OperationView>('/api/cluster/restore', { snapshot, ...(mount ? { mount } : {}) }),
    );
  }

  /** Asks for work on a snapshot and waits until it has ended, well or not. */
  async work(path: string, body?: object): Promise<JobView> {
    let job = await this.post<JobView>(path, body);
    for (let waitedMs = 0; job.state === 'running' && waitedMs < 60_000; waitedMs += 25) {
      await pause(25);
      job = await this.get<JobView>(`/api/jobs/${job.id}`);
    }
    return job;
  }

  /** Waits until the snapshots are as `fits` wants them, for as long as retention may take. */
  async untilSnapshots(fits: (snapshots: SnapshotView[]) => boolean): Promise<SnapshotView[]> {
    for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 50) {
      const snapshots = await this.snapshots();
      if (fits(snapshots)) return snapshots;
      await pause(50);
    }
    throw new Error(`the snapshots are ${JSON.stringify(await this.snapshots())}\n${this.#output}`);
  }

  /** Waits until the operation (or the last one) has ended. */
  async ended(operation?: OperationView, timeoutMs = 90_000): Promise<OperationView> {
    const query = operation ? `?operation=${operation.id}` : '';
    for (let waitedMs = 0; waitedMs < timeoutMs; waitedMs += 50) {
      const now = await this.get<OperationView>(`/api/upgrade/status${query}`);
      if (now && now.state !== 'running') return now;
      await pause(50);
    }
    throw new Error(`the operation has not ended; the daemon says:\n${this.#output}`);
  }

  async #call<T>(method: string, path: string, body?: object): Promise<T> {
    const answer = await callEngine(this.socket, path, {
      method,
      headers: { 'Belay-User': 'admin' },
      ...(body ? { body } : {}),
    });
    const parsed = JSON.parse(answer.body.toString());
    if (answer.status >= 400) throw new ApiFailure(answer.status, (parsed as ErrorView).error);
    return parsed as T;
  }
}
