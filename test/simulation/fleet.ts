import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { PlantName } from './plants.ts';
import type { SimulationReport } from './simulation.ts';
import type { Work } from './worker.ts';

const BATCH = 10;

export interface FleetOptions {
  /** Taken one after the other until there is none, or until `onReport` says that it is enough. */
  seeds: Iterator<string>;
  plant?: PlantName;
  traced?: boolean;
  /** Called for each seed that has run. True ends it. */
  onReport: (report: SimulationReport) => boolean;
}

/** Runs simulations in processes of their own, as many at once as there are processors. */
export async function runSeeds(options: FleetOptions): Promise<void> {
  const stop = new AbortController();
  const workers = Array.from({ length: availableParallelism() }, () => runWorker(options, stop));
  await Promise.all(workers);
}

function runWorker({ seeds, plant, traced, onReport }: FleetOptions, stop: AbortController): Promise<void> {
  const worker = fork(join(import.meta.dirname, 'worker.ts'), { serialization: 'advanced', execArgv: [] });
  let outstanding = 0;
  const next = () => {
    const batch: string[] = [];
    while (batch.length < BATCH && !stop.signal.aborted) {
      const { value, done } = seeds.next();
      if (done) break;
      batch.push(value);
    }
    outstanding = batch.length;
    if (outstanding === 0) worker.disconnect();
    else worker.send({ seeds: batch, plant: plant ?? null, traced: traced ?? false } satisfies Work);
  };
  return new Promise((resolve, reject) => {
    const end = () => void (worker.connected && worker.disconnect());
    stop.signal.addEventListener('abort', end, { once: true });
    worker.on('message', (report: SimulationReport) => {
      if (stop.signal.aborted) return;
      if (onReport(report)) return stop.abort();
      if (--outstanding === 0) next();
    });
    worker.once('exit', (code) => settle(worker, code, outstanding > 0 && !stop.signal.aborted, resolve, reject));
    next();
  });
}

function settle(
  worker: ChildProcess,
  code: number | null,
  isCutOff: boolean,
  resolve: () => void,
  reject: (error: Error) => void,
): void {
  if (isCutOff) reject(new Error(`a simulation's process ${worker.pid} ended with ${code}`));
  else resolve();
}

/** `1`, `2`, … from `first` on; for ever, where no count is given. */
export function* seedsFrom(first: number, count = Number.POSITIVE_INFINITY): Generator<string> {
  for (let seed = first; seed < first + count; seed++) yield String(seed);
}
