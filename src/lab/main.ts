import { runLab } from './run-lab.ts';

try {
  await runLab(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 2;
}
