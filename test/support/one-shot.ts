import { execFile } from 'node:child_process';
import { SHIPPED_PROGRAM, type TestBelay } from './belay.ts';

export interface OneShot {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** One command of the shipped program, as a script types it, answered by a daemon under test. */
export function oneShot(belay: TestBelay, ...words: string[]): Promise<OneShot> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [SHIPPED_PROGRAM, ...words], { env: belay.env() }, (_, stdout, stderr) =>
      resolve({ exitCode: child.exitCode ?? -1, stdout, stderr }),
    );
    child.stdin?.end();
  });
}
