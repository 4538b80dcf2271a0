import type { OperationView, StepView } from '../../api/contract/views.ts';

/** How far back the rate looks. */
const WINDOW_MS = 3000;

export interface Rates {
  observe(operation: OperationView, nowMs: number): void;
  /** Bytes per second; null until there are two looks half a second apart. */
  rateOf(step: StepView): number | null;
}

/** Watches the bytes of each step and says how fast they have come of late. */
export function createRates(): Rates {
  const looks = new Map<string, { atMs: number; bytes: number }[]>();
  return {
    observe(operation, nowMs) {
      for (const { name, status, doneBytes } of operation.steps) {
        if (status !== 'running' || doneBytes === null) continue;
        const recent = (looks.get(name) ?? []).filter(({ atMs }) => nowMs - atMs <= WINDOW_MS);
        looks.set(name, [...recent, { atMs: nowMs, bytes: doneBytes }]);
      }
    },
    rateOf({ name }) {
      const recent = looks.get(name) ?? [];
      const first = recent[0];
      const last = recent.at(-1);
      if (!first || !last || last.atMs - first.atMs < 500) return null;
      return ((last.bytes - first.bytes) / (last.atMs - first.atMs)) * 1000;
    },
  };
}
