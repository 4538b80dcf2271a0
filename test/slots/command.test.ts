import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { runCommand } from '../../src/slots/command.ts';

const COMMAND = resolve(import.meta.dirname, '../../src/slots/command.ts');

test('a command ends with its exit code and its complaints', async () => {
  expect(await runCommand('ls', ['/nowhere-at-all'])).toMatchObject({
    exitCode: 2,
    complaints: [expect.stringContaining('/nowhere-at-all')],
  });
});

test.skipIf(process.platform !== 'linux')('a command does not outlive a process that was killed', async () => {
  const script = `import { runCommand } from ${JSON.stringify(COMMAND)};
    await runCommand('sleep', ['300'], { onStart: (pid) => console.log(pid) });`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [pid] = (await once(createInterface(parent.stdout), 'line')) as [string];
  expect(existsSync(`/proc/${pid}`)).toBe(true);
  parent.kill('SIGKILL');
  await expect.poll(() => existsSync(`/proc/${pid}`), { timeout: 5_000 }).toBe(false);
});
