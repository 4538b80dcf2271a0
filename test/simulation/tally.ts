import type { FaultKind } from './faults.ts';
import type { SimulationReport } from './simulation.ts';

/** What many simulations have covered and found. */
export class Tally {
  seeds = 0;
  virtualMs = 0;
  readonly failed: SimulationReport[] = [];
  readonly ends = new Map<string, number>();
  /** Faults by where they struck: `upgrade start × power cut`. */
  readonly coverage = new Map<string, number>();

  add(report: SimulationReport): void {
    this.seeds++;
    this.virtualMs += report.virtualMs;
    if (report.violations.length > 0) this.failed.push(report);
    for (const [end, count] of Object.entries(report.ends)) this.ends.set(end, (this.ends.get(end) ?? 0) + count);
    for (const [pair, count] of Object.entries(report.coverage)) {
      this.coverage.set(pair, (this.coverage.get(pair) ?? 0) + count);
    }
  }

  /** How often the fault struck in the step, going forward or back, in the first run or in a recovery. */
  struck(place: string, fault: FaultKind): number {
    let sum = 0;
    for (const [pair, count] of this.coverage) {
      const [where = '', what] = pair.split(' × ');
      if (what === fault && (where === place || where.startsWith(`${place},`))) sum += count;
    }
    return sum;
  }

  /** Fault by step, one line each. */
  table(): string[] {
    const places = [...new Set([...this.coverage.keys()].map((pair) => pair.split(' × ')[0] ?? ''))].sort();
    return places.map((place) => {
      const faults = [...this.coverage].filter(([pair]) => pair.startsWith(`${place} × `));
      const shown = faults.sort(([, a], [, b]) => b - a).map(([pair, count]) => `${pair.split(' × ')[1]} ${count}`);
      return `${place}: ${shown.join(', ')}`;
    });
  }
}
