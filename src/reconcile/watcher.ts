import { toBelayError } from '../domain/errors.ts';
import type { HostEvent } from '../domain/ports/container-host.ts';
import type { World } from '../domain/ports/world.ts';
import type { Release } from '../domain/release.ts';
import { engineAnswers } from '../runner/engine-answers.ts';
import { isUp } from '../sequences/instances.ts';
import type { Absence } from './absence.ts';
import { type BringUp, bringUp } from './bring-up.ts';
import { findDrift } from './compare.ts';
import { CutOffWatch } from './cut-off-watch.ts';
import { type DriftChange, DriftLog } from './drift-log.ts';
import type { Observation } from './observation.ts';
import { observe } from './observe.ts';
import type { Turns } from './turns.ts';
import { Wakeup } from './wakeup.ts';

/** Events get lost: without any, this is how often it looks. */
const POLL_MS = 15_000;
/** What belongs together happens within this time, and is looked at once. */
const CALM_MS = 500;
const SECOND_LOOK_MS = 1_500;
/** On a host where something happens all the time, looking takes a tenth of the time at most. */
const REST_FACTOR = 9;
const LONGEST_REST_MS = 5_000;
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 120_000;

/** What can make the host differ; health checks alone make three other events a second. */
const TELLING =
  /^(create|destroy|die|kill|oom|pause|unpause|rename|restart|start|stop|update|delete|untag|tag|health_)/;

export interface WatcherOptions {
  world: World;
  turns: Turns;
  onDrift: (appliance: string, change: DriftChange) => void;
  onDeed: (appliance: string, deed: string) => void;
  onTrouble: (appliance: string, message: string) => void;
}

/**
 * Keeps the host and the journal together for as long as the daemon lives: brings up what went down with
 * the engine whenever that comes back, and tells when something drifts. Follows the engine's events and
 * looks every now and then as well. Leaves an appliance alone while an operation of it runs.
 */
export class Watcher {
  readonly #options: WatcherOptions;
  readonly #logs = new Map<string, DriftLog>();
  readonly #wakeup = new Wakeup();
  readonly #cutOff: CutOffWatch;
  /** Containers that were seen to end, and have not been seen to run since. */
  readonly #ended = new Set<string>();
  /** Appliances that are still to be brought up after the last absence, with the pause before the next try. */
  #pending = new Map<string, { retryMs: number; atMs: number }>();

  /** When the absence began that they are to be brought up after. */
  #longestGoneAt: Date | null = null;

  constructor(options: WatcherOptions) {
    this.#options = options;
    this.#cutOff = new CutOffWatch(options.world);
  }

  /** Something may have changed: look soon. */
  wake(): void {
    this.#wakeup.within(CALM_MS);
  }

  /** Until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { host, clock, journal } = this.#options.world;
    let goneMs = 0;
    for (let goneAt: Date | null = null; !signal.aborted; goneAt = clock.now(), goneMs = clock.monotonicMs()) {
      await engineAnswers(this.#options.world, signal);
      let backAt = clock.now();
      // The clock may have been set meanwhile: then it lasted by the one as long as by the other.
      const lastedMs = clock.monotonicMs() - goneMs;
      if (goneAt) {
        const byNew = new Date(backAt.getTime() - lastedMs);
        const byOld = new Date(goneAt.getTime() + lastedMs);
        goneAt = byNew < goneAt ? byNew : goneAt;
        backAt = byOld > backAt ? byOld : backAt;
      }
      const upSince = await host.upSince(signal).catch(() => null);
      // What an absence before has taken along and nobody has brought up yet went down in one long absence.
      const before = this.#pending.size > 0 ? this.#longestGoneAt : null;
      this.#longestGoneAt = before && goneAt && before < goneAt ? before : goneAt;
      const absence = { goneAt: this.#longestGoneAt, upSince, backAt, endedBefore: new Set(this.#ended) };
      this.#cutOff.begin();
      this.#pending = new Map(journal.appliances().map(({ name }) => [name, { retryMs: FIRST_RETRY_MS, atMs: 0 }]));
      await this.#whileEngineAnswers(absence, signal);
    }
  }

  async #whileEngineAnswers(absence: Absence, signal: AbortSignal): Promise<void> {
    const gone = new AbortController();
    const lasting = AbortSignal.any([signal, gone.signal]);
    const listening = this.#listen(lasting).finally(() => {
      gone.abort();
      this.#wakeup.within(0);
    });
    // Subscribed before the first look, so that nothing falls between.
    const { clock } = this.#options.world;
    while (!lasting.aborted) {
      const beganMs = clock.monotonicMs();
      try {
        await this.#pass(absence, lasting);
      } catch (thrown) {
        if (toBelayError(thrown).code === 'engine-unreachable') gone.abort();
      }
      const restMs = Math.min(REST_FACTOR * (clock.monotonicMs() - beganMs), LONGEST_REST_MS);
      await clock.sleep(restMs, lasting).catch(() => {}); // aborted: the loop ends
      if (!lasting.aborted) await this.#wakeup.wait(POLL_MS);
    }
    await listening;
  }

  async #listen(signal: AbortSignal): Promise<void> {
    try {
      for await (const event of this.#options.world.host.events(signal)) {
        if (event.action === 'die') this.#ended.add(event.id);
        if (event.action === 'start') this.#ended.delete(event.id);
        if (isTelling(event)) this.wake();
      }
    } catch {
      // The engine has gone, or goes: the loop finds out.
    }
  }

  async #pass(absence: Absence, signal: AbortSignal): Promise<void> {
    const { journal } = this.#options.world;
    for (const { name } of journal.appliances()) {
      if (this.#isBusy(name)) continue;
      try {
        await this.#bringUpPending(name, absence, signal);
        await this.#look(name, signal);
      } catch (thrown) {
        const error = toBelayError(thrown);
        if (error.code === 'engine-unreachable' || signal.aborted) throw error;
        this.#options.onTrouble(name, error.message);
      }
    }
  }

  async #bringUpPending(name: string, absence: Absence, signal: AbortSignal): Promise<void> {
    const { world, turns } = this.#options;
    const pending = this.#pending.get(name);
    if (!pending || world.clock.monotonicMs() < pending.atMs) return;
    const active = this.#active(name);
    if (!active) return;
    const result = await turns.take(
      name,
      () => this.#isBusy(name),
      () => bringUp(world, active, absence, signal),
    );
    if (!result) return;
    this.#tell(name, result);
    if (result.failures.length === 0) {
      this.#pending.delete(name);
      return;
    }
    const retryMs = Math.min(pending.retryMs * 2, LONGEST_RETRY_MS);
    this.#pending.set(name, { retryMs, atMs: world.clock.monotonicMs() + pending.retryMs });
    this.#wakeup.within(pending.retryMs);
  }

  async #look(name: string, signal: AbortSignal): Promise<void> {
    const active = this.#active(name);
    if (!active) return;
    const observation = await observe(this.#options.world, active, signal);
    for (const { instance } of observation.active.services)
      if (instance && isUp(instance)) this.#ended.delete(instance.id);
    const found = findDrift(observation);
    // What was seen while an operation began says nothing.
    if (this.#isBusy(name)) return;
    const log = this.#logs.get(name) ?? new DriftLog();
    this.#logs.set(name, log);
    const { appeared, cleared, isUnsettled } = log.take(found);
    if (appeared.length + cleared.length > 0) this.#options.onDrift(name, { appeared, cleared });
    if (isUnsettled) this.#wakeup.within(SECOND_LOOK_MS);
    await this.#reconnect(active, observation, signal);
  }

  async #reconnect(active: Release, observation: Observation, signal: AbortSignal): Promise<void> {
    const name = active.appliance;
    const services = await this.#cutOff.look(active, observation.active.services);
    if (this.#cutOff.isUnsettled) this.#wakeup.within(SECOND_LOOK_MS);
    if (services.length === 0) return;
    const restarted = await this.#options.turns.take(
      name,
      () => this.#isBusy(name),
      () => this.#cutOff.restart(services, signal),
    );
    if (restarted) this.#tell(name, restarted);
  }

  #tell(name: string, { deeds, failures }: BringUp): void {
    for (const deed of deeds) this.#options.onDeed(name, deed);
    for (const failure of failures) this.#options.onTrouble(name, failure);
  }

  #active(name: string) {
    const { journal } = this.#options.world;
    const appliance = journal.appliance(name);
    return appliance && journal.release(appliance.active);
  }

  #isBusy(name: string): boolean {
    return this.#options.world.journal.operations(name, 1)[0]?.state === 'running';
  }
}

const isTelling = ({ action }: HostEvent): boolean => TELLING.test(action);
