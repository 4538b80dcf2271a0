import { setTimeout as sleep } from 'node:timers/promises';
import { Exits } from './exits.ts';
import { watchHealth } from './health-watch.ts';
import { KeyedLock } from './keyed-lock.ts';
import { LabError } from './lab-error.ts';
import { ContainerLog } from './logs.ts';
import { PendingRestarts } from './pending-restarts.ts';
import { type RunningProcess, signalNumber } from './processes.ts';
import type { ContainerRecord } from './records.ts';
import { restartsAfterExit } from './restart-policy.ts';
import { type ExecPlan, execute, launch, type Run, type RunWorld, startFailure } from './run.ts';
import {
  beginAnew,
  markExited,
  markGivenUp,
  markPaused,
  markRestarting,
  markRunning,
  markUnstartable,
} from './transitions.ts';

const DEFAULT_STOP_SECONDS = 10;

/** Brings containers up and down, and up again by their restart policy. */
export class Supervisor {
  readonly #world: RunWorld;
  readonly #lock = new KeyedLock();
  readonly #runs = new Map<string, Run>();
  readonly #logs = new Map<string, ContainerLog>();
  readonly #restarts = new PendingRestarts();
  readonly #exits = new Exits();
  #isShuttingDown = false;

  constructor(world: RunWorld) {
    this.#world = world;
  }

  log(record: ContainerRecord): ContainerLog {
    let log = this.#logs.get(record.id);
    if (!log) {
      log = new ContainerLog(this.#world.ground.disk, this.#world.containers.logPath(record.id));
      this.#logs.set(record.id, log);
    }
    return log;
  }

  /** False where it was running already. The engine's sentence where it cannot start, which inspect then shows. */
  start(record: ContainerRecord): Promise<boolean> {
    return this.#lock.run(record.id, async () => {
      if (record.state.Paused) throw new LabError(409, 'cannot start a paused container, try unpause instead');
      if (record.state.Running) return false;
      beginAnew(record);
      this.#restarts.forget(record.id);
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
      beginAnew(record);
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
    markPaused(record, true);
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
    // Before the lock: a stop that takes its time does not keep a removal by force waiting.
    if (record.state.Running && options.force) await this.kill(record, 'SIGKILL');
    await this.#lock.run(record.id, async () => {
      if (record.state.Running && !options.force) {
        throw new LabError(
          409,
          `You cannot remove a running container ${record.id}. Stop the container before attempting removal or force remove`,
        );
      }
      await this.#stop(record, 0, true);
      if (this.#world.containers.exists(record)) this.#world.containers.remove(record, options.withVolumes);
    });
    this.#logs.delete(record.id);
    this.#restarts.forget(record.id);
  }

  /** Starts a process in a running container; 409 where it does not run. */
  async exec(record: ContainerRecord, plan: ExecPlan): Promise<RunningProcess> {
    const run = this.#runs.get(record.id);
    if (record.state.Paused) {
      throw new LabError(409, `Container ${record.id} is paused, unpause the container before exec`);
    }
    if (!run) throw new LabError(409, `Container ${record.id} is not running`);
    return execute(this.#world, record, run, plan);
  }

  /** Resolves with the exit code when the container ends next and is not about to be restarted. */
  exit(record: ContainerRecord): Promise<number> {
    return this.#exits.next(record);
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
      markUnstartable(record, exitCode, error.message);
      containers.save(record);
      throw error;
    }
    this.#runs.set(record.id, run);
    markRunning(record, run, this.#world.ground.processes.stampOf(run.process.pid));
    watchHealth(record, (plan) => this.exec(record, plan), containers, run.over.signal);
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
    const { containers } = this.#world;
    this.#runs.delete(record.id);
    run.over.abort();
    for (const exec of run.execs) exec.signalGroup('SIGKILL');
    run.publication.close();
    run.placement.releaseAddress();
    this.log(record).flush();
    markExited(record, exitCode);
    const restarts = !this.#isShuttingDown && restartsAfterExit(record);
    if (restarts) this.#restartLater(record, performance.now() - run.startedMs);
    containers.save(record);
    containers.emit(record, 'die', { exitCode: String(exitCode) });
    if (restarts) return;
    this.#exits.tell(record);
    const isTemporary = record.hostConfig['AutoRemove'] === true && !this.#isShuttingDown;
    if (isTemporary) void this.remove(record, { force: false, withVolumes: true });
  }

  #restartLater(record: ContainerRecord, ranMs: number): void {
    markRestarting(record);
    this.#restarts.schedule(record.id, ranMs, (claim) =>
      this.#lock.run(record.id, async () => {
        // A stop that came in between has given up the wait; a shutdown is about to.
        if (this.#isShuttingDown || !claim()) return;
        // What failed is told by inspect; a container that cannot be started stays down.
        await this.#launch(record).catch(() => this.#exits.tell(record));
      }),
    );
  }

  #giveUpWaiting(record: ContainerRecord): boolean {
    if (!this.#restarts.cancel(record.id)) return false;
    markGivenUp(record);
    this.#world.containers.save(record);
    this.#exits.tell(record);
    return true;
  }

  #thaw(record: ContainerRecord, run: Run): void {
    if (!record.state.Paused) return;
    run.process.signalGroup('SIGCONT');
    markPaused(record, false);
    this.#world.containers.save(record);
    this.#world.containers.emit(record, 'unpause');
  }
}

async function lateAfter(limitMs: number, signal: AbortSignal): Promise<'late'> {
  await sleep(limitMs, undefined, { signal }).catch(() => {});
  return 'late';
}
