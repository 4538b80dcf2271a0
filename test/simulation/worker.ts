import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PLANTS, type PlantName, SEQUENCES } from './plants.ts';
import { Simulation, type SimulationReport } from './simulation.ts';

/** What a worker is asked for. */
export interface Work {
  seeds: string[];
  plant: PlantName | null;
  /** With the trace also where nothing was violated. */
  traced: boolean;
}

const MEMORY = '/dev/shm';

/** In memory where there is such a file system: the journal flushes each of its writes. */
function newDirectory(): string {
  try {
    return mkdtempSync(join(MEMORY, 'belay-simulation-'));
  } catch {
    return mkdtempSync(join(tmpdir(), 'belay-simulation-'));
  }
}

const directory = newDirectory();
process.once('disconnect', () => process.exit());
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));

async function runSeed(seed: string, { plant, traced }: Work): Promise<SimulationReport> {
  const planted: { sequences?: typeof SEQUENCES; storage?: object } = plant ? PLANTS[plant] : {};
  const simulation = new Simulation({
    seed,
    directory,
    sequences: planted.sequences ?? SEQUENCES,
    storage: planted.storage ?? {},
  });
  const report = await simulation.run();
  return traced || report.violations.length > 0 ? report : { ...report, trace: [] };
}

process.on('message', async (work: Work) => {
  for (const seed of work.seeds) process.send?.(await runSeed(seed, work));
});
