import { setTimeout as sleep } from 'node:timers/promises';
import { monitorHealth, healthCommand, type ProbeResult } from './health.ts';
import { KeyedLock } from './keyed-lock.ts';
import { LabError } from './lab-error.ts';
import { ContainerLog } from './logs.ts';
import { type RunningProcess, signalNumber, stampOf } from './processes.ts';
import type { ContainerRecord } from './records.ts';
import { nextDelayMs, restartsAfterExit } from './restart-policy.ts';
import { type ExecPlan, execute, launch, type Run, type RunWorld, startFailure } from './run.ts';

const DEFAULT_STOP_SECONDS = 10;

/** Brings containers up and down, and up again by their restart policy. */
export class Supervisor {
  readonly #world: RunWorld;
  readonly #lock = new KeyedLock();
  readonly #runs = new Map<string, Run>();
  readonly #logs = new Map<string, ContainerLog>();
  /** Containers that wait for their next start, and how to give up waiting. */
  readonly #waiting = new Map<string, AbortController>();
  readonly #delaysMs = new Map<string, number>();
  readonly #exitListeners = new Map<string, Set<(exitCode: number) => void>>();
  #isShuttingDown = false;

  constructor(world: RunWorld) {
    this.#world = world;
  }

  log(record: ContainerRecord): ContainerLog {
    let log = this.#logs.get(record.id);
    if (!log) {
      log = new ContainerLog(this.#world.containers.logPath(record.id));
      this.#logs.set(record.id, log);
    }
    return log;
  }

  /** False where it was running already. The engine's sentence where it cannot start, which inspect then shows. */
  start(record: ContainerRecord): Promise<boolean> {
    return this.#lock.run(record.id, async () => {
      if (record.state.Paused) throw new LabError(409, 'cannot start a paused container, try unpause instead');
      if (record.state.Running) return false;
      record.stoppedByUser = false;
      record.restartCount = 0;
      this.#delaysMs.delete(record.id);
      await this.#launch(record);
      return true;
    });
  }

  /** False where it was not running. Negative seconds: waits for ever instead of killing. */
  stop(record: ContainerRecord, seconds: number | null): Promise<boolean> {
    return this.#lock.run(record.id, () => this.#stop(record, seconds, true));
  }

  restart(record: ContainerRecord, seconds: number | null): Promise<void> {
    return this.#lock.run(record.id, async () => {
      await this.#stop(record, seconds, true);
      record.stoppedByUser = false;
      record.restartCount = 0;
      await this.#launch(record);
      this.#world.containers.emit(record, 'restart');
    });
  }

  /** 409 where it is not running. Resolves after SIGKILL when the container is down. */
  async kill(record: ContainerRecord, signalText: string): Promise<void> {
    const signal = signalNumber(signalText);
    if (signal === null) throw new LabError(400, `Invalid signal: ${signalText}`);
    if (!record.state.Running) throw new LabError(409, `Container ${record.id} is not running`);
    record.stoppedByUser = true;
    this.#world.containers.save(record);
    this.#giveUpWaiting(record);
    const run = this.#runs.get(record.id);
    if (!run) return;
    this.#world.containers.emit(record, 'kill', { signal: String(signal) });
    const down = this.exit(record);
    if (signal === signalNumber('SIGKILL')) {
      run.process.signalGroup('SIGKILL');
      await down;
    } else {
      run.process.signal(signal);
      this.#thaw(record, run);
    }
  }

  pause(record: ContainerRecord): void {
    const run = this.#runs.get(record.id);
    if (record.state.Paused) throw new LabError(409, `Container ${record.id} is already paused`);
    if (!run) throw new LabError(409, `Container ${record.id} is not running`);
    run.process.signalGroup('SIGSTOP');
    Object.assign(record.state, { Paused: true, Status: 'paused' });
    this.#world.containers.save(record);
    this.#world.containers.emit(record, 'pause');
  }

  unpause(record: ContainerRecord): void {
    const run = this.#runs.get(record.id);
    if (!run || !record.state.Paused) throw new LabError(409, `Container ${record.id} is not paused`);
    this.#thaw(record, run);
  }

  /** 409 where it runs and `force` is not set. */
  async remove(record: ContainerRecord, options: { force: boolean; withVolumes: boolean }): Promise<void> {
    if (record.state.Running && !options.force) {
      throw new LabError(
        409,
        `You cannot remove a running container ${record.id}. Stop the container before attempting removal or force remove`,
      );
    }
    if (record.state.Running) await this.kill(record, 'SIGKILL');
    await this.#lock.run(record.id, async () => {
      if (record.state.Running) await this.#stop(record, 0, true);
      if (this.#world.containers.exists(record)) this.#world.containers.remove(record, options.withVolumes);
    });
    this.#logs.delete(record.id);
  }

  /** Starts a process in a running container; 409 where it does not run. */
  async exec(record: ContainerRecord, plan: ExecPlan): Promise<RunningProcess> {
    const run = this.#runs.get(record.id);
    if (record.state.Paused) throw new LabError(409, `Container ${record.id} is paused, unpause the container before exec`);
    if (!run) throw new LabError(409, `Container ${record.id} is not running`);
    return execute(this.#world, record, run, plan);
  }

  /** Resolves with the exit code when the container ends next and is not about to be restarted. */
  exit(record: ContainerRecord): Promise<number> {
    return new Promise((resolve) => {
      const listeners = this.#exitListeners.get(record.id) ?? new Set();
      this.#exitListeners.set(record.id, listeners.add(resolve));
    });
  }

  /** Stops every container within its own time; their restart policies bring them back at the next start. */
  async shutDown(): Promise<void> {
    this.#isShuttingDown = true;
    const stopping = this.#world.containers
      .list()
      .map((record) => this.#lock.run(record.id, () => this.#stop(record, null, false)));
    await Promise.allSettled(stopping);
  }

  async #launch(record: ContainerRecord): Promise<void> {
    if (this.#isShuttingDown) throw new LabError(503, 'the engine is shutting down');
    const { containers } = this.#world;
    const log = this.log(record);
    let run: Run;
    try {
      run = await launch(this.#world, record, log);
    } catch (thrown) {
      const { error, exitCode } = startFailure(thrown);
      const status = record.state.Status === 'restarting' ? 'exited' : record.state.Status;
      const down = { Status: status, Running: false, Restarting: false };
      Object.assign(record.state, down, { ExitCode: exitCode, Error: error.message });
      containers.save(record);
      throw error;
    }
    this.#runs.set(record.id, run);
    record.hasBeenStarted = true;
    record.address = run.placement.address;
    record.ports = run.publication.ports;
    record.processStamp = stampOf(run.process.pid);
    const up = { Status: 'running', Running: true, Paused: false, Restarting: false };
    Object.assign(record.state, up, { Pid: run.process.pid, ExitCode: 0, Error: '', StartedAt: new Date().toISOString() });
    this.#watchHealth(record, run);
    containers.save(record);
    containers.emit(record, 'start');
    void run.process.ended.then((exitCode) => this.#onExit(record, run, exitCode));
  }

  async #stop(record: ContainerRecord, seconds: number | null, byUser: boolean): Promise<boolean> {
    const { containers } = this.#world;
    if (byUser && record.state.Running) {
      record.stoppedByUser = true;
      containers.save(record);
    }
    if (this.#giveUpWaiting(record)) return true;
    const run = this.#runs.get(record.id);
    if (!run) return false;
    const down = this.exit(record);
    const signal = signalNumber(record.config.StopSignal ?? 'SIGTERM') ?? 15;
    containers.emit(record, 'kill', { signal: String(signal) });
    run.process.signal(signal);
    this.#thaw(record, run);
    const limitSeconds = seconds ?? record.config.StopTimeout ?? DEFAULT_STOP_SECONDS;
    const limit = new AbortController();
    const tooLong = limitSeconds < 0 ? new Promise<'late'>(() => {}) : lateAfter(limitSeconds * 1000, limit.signal);
    if ((await Promise.race([down, tooLong])) === 'late') {
      containers.emit(record, 'kill', { signal: '9' });
      run.process.signalGroup('SIGKILL');
      await down;
    }
    limit.abort();
    containers.emit(record, 'stop');
    return true;
  }

  #onExit(record: ContainerRecord, run: Run, exitCode: number): void {
    const { containers, addresses } = this.#world;
    this.#runs.delete(record.id);
    run.over.abort();
    for (const exec of run.execs) exec.signalGroup('SIGKILL');
    run.publication.close();
    addresses.release(run.placement.address);
    this.log(record).flush();
    record.address = '';
    record.ports = {};
    const { state } = record;
    const down = { Status: 'exited', Running: false, Paused: false, Pid: 0 };
    Object.assign(state, down, { ExitCode: exitCode, FinishedAt: new Date().toISOString() });
    if (state.Health) state.Health.Status = 'unhealthy';
    if (!this.#isShuttingDown && restartsAfterExit(record)) this.#restartLater(record, performance.now() - run.startedMs);
    containers.save(record);
    containers.emit(record, 'die', { exitCode: String(exitCode) });
    if (state.Restarting) return;
    this.#tellExit(record);
    const isTemporary = record.hostConfig['AutoRemove'] === true && !this.#isShuttingDown;
    if (isTemporary) void this.remove(record, { force: false, withVolumes: true });
  }

  #restartLater(record: ContainerRecord, ranMs: number): void {
    const delayMs = nextDelayMs(this.#delaysMs.get(record.id) ?? 0, ranMs);
    this.#delaysMs.set(record.id, delayMs);
    Object.assign(record.state, { Status: 'restarting', Running: true, Restarting: true });
    record.restartCount++;
    const waiting = new AbortController();
    this.#waiting.set(record.id, waiting);
    sleep(delayMs, undefined, { signal: waiting.signal }).then(
      () => this.#lock.run(record.id, () => this.#restartNow(record, waiting)),
      () => {},
    );
  }

  async #restartNow(record: ContainerRecord, waiting: AbortController): Promise<void> {
    // A stop that came in between has given up the wait; a shutdown is about to.
    if (this.#isShuttingDown || this.#waiting.get(record.id) !== waiting) return;
    this.#waiting.delete(record.id);
    // What failed is told by inspect; a container that cannot be started stays down.
    await this.#launch(record).catch(() => this.#tellExit(record));
  }

  #giveUpWaiting(record: ContainerRecord): boolean {
    const waiting = this.#waiting.get(record.id);
    if (!waiting) return false;
    waiting.abort();
    this.#waiting.delete(record.id);
    Object.assign(record.state, { Status: 'exited', Running: false, Restarting: false });
    this.#world.containers.save(record);
    this.#tellExit(record);
    return true;
  }

  #tellExit(record: ContainerRecord): void {
    const listeners = this.#exitListeners.get(record.id) ?? [];
    this.#exitListeners.delete(record.id);
    for (const listener of listeners) listener(record.state.ExitCode);
  }

  #thaw(record: ContainerRecord, run: Run): void {
    if (!record.state.Paused) return;
    run.process.signalGroup('SIGCONT');
    Object.assign(record.state, { Paused: false, Status: 'running' });
    this.#world.containers.save(record);
    this.#world.containers.emit(record, 'unpause');
  }

  #watchHealth(record: ContainerRecord, run: Run): void {
    const check = record.config.Healthcheck;
    delete record.state.Health;
    if (!check || !healthCommand(check)) return;
    const health = { Status: 'starting' as const, FailingStreak: 0, Log: [] };
    record.state.Health = health;
    const onVerdict = () => {
      this.#world.containers.save(record);
      this.#world.containers.emit(record, `health_status: ${record.state.Health?.Status}`);
    };
    const probe = (command: string[], timeoutMs: number) => this.#probe(record, command, timeoutMs);
    monitorHealth(check, health, probe, onVerdict, run.over.signal).catch(() => {});
  }

  async #probe(record: ContainerRecord, command: string[], timeoutMs: number): Promise<ProbeResult> {
    let output = '';
    const onOutput = (_: string, chunk: Buffer) => {
      if (output.length < 8192) output += chunk.toString();
    };
    try {
      const process = await this.exec(record, { command, onOutput });
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        process.signalGroup('SIGKILL');
      }, timeoutMs);
      const exitCode = await process.ended;
      clearTimeout(timer);
      return { exitCode: isLate ? null : exitCode, output };
    } catch (error) {
      return { exitCode: 126, output: (error as Error).message };
    }
  }
}

async function lateAfter(limitMs: number, signal: AbortSignal): Promise<'late'> {
  await sleep(limitMs, undefined, { signal }).catch(() => {});
  return 'late';
}
