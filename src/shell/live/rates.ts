import type { OperationView, StepView } from '../../api/contract/operation-views.ts';

/** How far back the rate looks. */
const WINDOW_MS = 3000;
/** Each bar of the sparkline is the mean rate of so long. */
const BAR_MS = 500;
const MOST_BARS = 16;

interface Look {
  atMs: number;
  bytes: number;
}

export interface Rates {
  observe(operation: OperationView, nowMs: number): void;
  /** Bytes per second; null until there are two looks half a second apart. */
  rateOf(step: StepView): number | null;
  /** Bytes per second over the last seconds, oldest first. */
  barsOf(step: StepView): readonly number[];
}

/** Watches the bytes of each step and says how fast they have come of late. */
export function createRates(): Rates {
  const looks = new Map<string, Look[]>();
  const bars = new Map<string, { since: Look; rates: number[] }>();
  return {
    observe(operation, nowMs) {
      for (const { name, status, doneBytes } of operation.steps) {
        if (status !== 'running' || doneBytes === null) continue;
        const look = { atMs: nowMs, bytes: doneBytes };
        const recent = (looks.get(name) ?? []).filter(({ atMs }) => nowMs - atMs <= WINDOW_MS);
        looks.set(name, [...recent, look]);
        const kept = bars.get(name) ?? { since: look, rates: [] };
        const next = nowMs - kept.since.atMs >= BAR_MS;
        if (next) kept.rates = [...kept.rates, rateBetween(kept.since, look)].slice(-MOST_BARS);
        bars.set(name, next ? { since: look, rates: kept.rates } : kept);
      }
    },
    rateOf({ name }) {
      const recent = looks.get(name) ?? [];
      const first = recent[0];
      const last = recent.at(-1);
      if (!first || !last || last.atMs - first.atMs < 500) return null;
      return rateBetween(first, last);
    },
    barsOf: ({ name }) => bars.get(name)?.rates ?? [],
  };
}

const rateBetween = (first: Look, last: Look): number =>
  Math.max(0, ((last.bytes - first.bytes) / (last.atMs - first.atMs)) * 1000);

const LEVELS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** `▂▅█▆`, the highest of them all being the full height. */
export function sparkline(rates: readonly number[]): string {
  const highest = Math.max(...rates, 1);
  return rates.map((rate) => LEVELS[Math.min(7, Math.floor((rate / highest) * 7.99))]).join('');
}
