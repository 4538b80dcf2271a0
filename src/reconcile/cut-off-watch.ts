import type { World } from '../domain/ports/world.ts';
import type { Release } from '../domain/release.ts';
import { isCutOff, portsSeenToAnswer } from '../sequences/cut-off.ts';
import { attempt, type BringUp } from './bring-up.ts';
import type { SeenService } from './observation.ts';

/** For so long after an engine has come up, what it brought back is looked at. */
const WATCHED_MS = 120_000;
/** A server may just be busy: only what is seen cut off so many times in a row is. */
const LOOKS = 2;

/** Finds what an engine has brought back without a way to its network, and has it restarted, once. */
export class CutOffWatch {
  readonly #world: World;
  #untilMs = 0;
  readonly #looks = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
  }

  /** The engine has come up: what has been restarted before may be so again. */
  begin(): void {
    this.#untilMs = this.#world.clock.monotonicMs() + WATCHED_MS;
    this.#looks.clear();
  }

  /** Whether it is worth looking again soon. */
  get isUnsettled(): boolean {
    return [...this.#looks.values()].some((looks) => looks < LOOKS);
  }

  /** Those that are to be restarted now. Each is returned once. */
  async look(active: Release, services: readonly SeenService[]): Promise<SeenService[]> {
    const { clock, journal, host } = this.#world;
    if (clock.monotonicMs() > this.#untilMs) {
      this.#looks.clear();
      return [];
    }
    const found: SeenService[] = [];
    const portsOf = portsSeenToAnswer(journal, active.appliance);
    for (const service of services) {
      const { spec, instance } = service;
      if (!instance || (this.#looks.get(instance.id) ?? 0) >= LOOKS) continue;
      if (await isCutOff(host, instance, portsOf(spec.name))) {
        const looks = (this.#looks.get(instance.id) ?? 0) + 1;
        this.#looks.set(instance.id, looks);
        if (looks === LOOKS) found.push(service);
      } else this.#looks.delete(instance.id);
    }
    return found;
  }

  /** It serves nobody: nothing is lost by a restart. */
  async restart(services: readonly SeenService[], signal: AbortSignal): Promise<BringUp> {
    const result: BringUp = { deeds: [], failures: [] };
    for (const { spec, instance } of services) {
      if (!instance) continue;
      await attempt(result, async () => {
        await this.#world.host.restartInstance(instance.id, signal);
        return `Belay has restarted ${spec.name}: the engine had brought it back without a way to its network.`;
      });
    }
    return result;
  }
}
