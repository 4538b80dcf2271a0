import { type Drift, driftKey } from './drift.ts';

export interface DriftChange {
  appeared: Drift[];
  cleared: Drift[];
}

/**
 * What has drifted from one look to the next. A drift is told when a second look still finds it: a
 * container that is being restarted is down for a moment.
 */
export class DriftLog {
  #told = new Map<string, Drift>();
  #seen = new Map<string, Drift>();

  /** Takes the next look. `isUnsettled`: something is new, so that another look should follow soon. */
  take(found: readonly Drift[]): DriftChange & { isUnsettled: boolean } {
    const now = new Map(found.map((drift) => [driftKey(drift), drift]));
    const fresh = [...now].filter(([key]) => !this.#told.has(key));
    const appeared = fresh.filter(([key]) => this.#seen.has(key));
    const cleared = [...this.#told].filter(([key]) => !now.has(key));
    for (const [key, drift] of appeared) this.#told.set(key, drift);
    for (const [key] of cleared) this.#told.delete(key);
    this.#seen = now;
    return {
      appeared: appeared.map(([, drift]) => drift),
      cleared: cleared.map(([, drift]) => drift),
      isUnsettled: appeared.length < fresh.length,
    };
  }
}
