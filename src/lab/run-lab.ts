import { parseArgs } from 'node:util';
import { type LabOptions, startLab } from './lab.ts';
import { seedDemo } from './seed-demo.ts';

/** Slow enough that a pull is seen to move. */
const PULL_LINE_MS = 40;

const USAGE = 'usage: lab --root DIRECTORY [--socket PATH] [--registry-port PORT] [--pull-line-ms MS] [--seed]';

/**
 * Runs a lab in the foreground until SIGTERM or SIGINT, which stop its containers first. Prints
 * `lab ready DOCKER_HOST=unix://…` when it answers. Throws on wrong arguments.
 */
export async function runLab(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      root: { type: 'string' },
      socket: { type: 'string' },
      'registry-port': { type: 'string' },
      'pull-line-ms': { type: 'string' },
      seed: { type: 'boolean', default: false },
    },
  });
  if (values.root === undefined) throw new Error(USAGE);
  const options: LabOptions = {
    root: values.root,
    pullLineMs: Number(values['pull-line-ms'] ?? PULL_LINE_MS),
    ...(values.socket === undefined ? {} : { socketPath: values.socket }),
    ...(values['registry-port'] === undefined ? {} : { registryPort: Number(values['registry-port']) }),
  };
  const stop = Promise.withResolvers<void>();
  process.once('SIGTERM', stop.resolve);
  process.once('SIGINT', stop.resolve);
  const lab = await startLab(options);
  if (values.seed) await seedDemo(lab);
  process.stdout.write(`lab ready DOCKER_HOST=unix://${lab.socketPath}\n`);
  await stop.promise;
  await lab.close();
}
