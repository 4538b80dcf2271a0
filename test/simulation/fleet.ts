import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { PlantName } from './plants.ts';
import type { SimulationReport } from './simulation.ts';
import type { Work } from './worker.ts';

const BATCH = 10;
/** What is cut off in a simulation waits for ever, and holds its memory until its process ends. */
const SEEDS_OF_A_PROCESS = 500;

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
  const workers = Array.from({ length: availableParallelism() }, async () => {
    while (!(await runWorker(options, stop)));
  });
  await Promise.all(workers);
}

/** Resolves true when there is no seed any more. */
function runWorker({ seeds, plant, traced, onReport }: FleetOptions, stop: AbortController): Promise<boolean> {
  const worker = fork(join(import.meta.dirname, 'worker.ts'), { serialization: 'advanced', execArgv: [] });
  let outstanding = 0;
  let taken = 0;
  let isOver = false;
  const next = () => {
    const batch: string[] = [];
    while (batch.length < BATCH && !stop.signal.aborted) {
      const { value, done } = seeds.next();
      isOver = done ?? false;
      if (isOver) break;
      batch.push(value);
    }
    outstanding = batch.length;
    taken += outstanding;
    if (outstanding === 0) worker.disconnect();
    else worker.send({ seeds: batch, plant: plant ?? null, traced: traced ?? false } satisfies Work);
  };
  return new Promise((resolve, reject) => {
    const end = () => void (worker.connected && worker.disconnect());
    const settled = () => {
      stop.signal.removeEventListener('abort', end);
      resolve(isOver || stop.signal.aborted);
    };
    stop.signal.addEventListener('abort', end, { once: true });
    worker.on('message', (report: SimulationReport) => {
      if (stop.signal.aborted) return;
      if (onReport(report)) return stop.abort();
      if (--outstanding > 0) return;
      if (taken < SEEDS_OF_A_PROCESS) next();
      else worker.disconnect();
    });
    worker.once('exit', (code) => settle(worker, code, outstanding > 0 && !stop.signal.aborted, settled, reject));
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
