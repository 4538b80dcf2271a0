import type { OperationView } from '../../src/api/contract/operation-views.ts';
import { makeAppliance } from '../support/appliances.ts';
import { TestBelay } from '../support/belay.ts';
import type { Bench } from '../support/on-engine.ts';
import { expectInvariant, migrated, type Outcome, readWitness, type Subject } from './invariant.ts';

const GATE = 'LABEL io.belay.gate.stable=200ms io.belay.gate.deadline=10s';

/** An adopted appliance of version 1.0, with 2.0 that migrates and 2.1 that migrates the data and is not what it should be. */
export async function adoptedAppliance(bench: Bench): Promise<Subject> {
  const container = bench.name('acme');
  const make = (tag: string, options: object) =>
    makeAppliance(bench.engine, { reference: bench.reference('server', tag), changes: [GATE], ...options });
  await make('1.0', { dataFormat: 1 });
  await make('2.0', { dataFormat: 2 });
  await make('2.1', { dataFormat: 3, behaviour: 'wrong-version' });
  await bench.engine.docker([
    'run',
    '-d',
    '--name',
    container,
    '--restart',
    'always',
    bench.reference('server', '1.0'),
  ]);
  const belay = new TestBelay(bench.engine.dockerHost);
  await belay.start();
  await belay.adopt(container, container);
  return { belay, engine: bench.engine, appliance: container, container };
}

/** Kills the daemon at a crash point of the operation, starts the next one, and checks the promise. */
export async function crashAndRecover(
  subject: Subject,
  point: string,
  request: { path: string; body: object },
  allowed: Outcome[],
): Promise<{ operation: OperationView; outcome: Outcome }> {
  const { belay } = subject;
  await belay.kill('SIGTERM');
  await belay.start({ crashAt: point });
  // The daemon may be killed before its answer is on the wire.
  await belay.post<OperationView>(request.path, request.body).catch(() => null);
  const died = await Promise.race([
    belay.died(),
    new Promise((resolve) => setTimeout(() => resolve('did not die'), 60_000)),
  ]);
  if (died !== 'SIGKILL') throw new Error(`the crash point ${point} was not reached: ${died}\n${belay.output}`);
  await belay.start();
  const operation = await belay.ended();
  return { operation, outcome: await expectInvariant(subject, operation, allowed) };
}

/** Where the appliance may be after an upgrade from what it is now, by what it is now. */
export async function outcomesOfUpgrade(subject: Subject, from: string, to: string): Promise<Outcome[]> {
  const data = await readWitness(subject);
  return [
    { version: from, data },
    { version: to, data: migrated(data, to.slice(0, 1)) },
  ];
}
