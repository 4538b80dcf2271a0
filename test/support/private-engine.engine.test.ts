import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { startPrivateEngine } from '../../src/demo/private-engine/private-engine.ts';
import { cleanStale, engineLeftovers } from '../../src/demo/private-engine/started-things.ts';
import { makeImage } from './images.ts';
import { describeOnEngine } from './on-engine.ts';

const run = promisify(execFile);

describeOnEngine('a private engine', () => {
  it('takes down its containers with a reboot, revives those that are to be revived, and leaves nothing', async () => {
    const engine = await startPrivateEngine('reboot');
    try {
      await makeImage(engine, { reference: 'sleeper:1', changes: ['ENV PATH=/bin', 'CMD ["sleep", "1000"]'] });
      await engine.docker(['network', 'create', 'inner']);
      const always = await engine.docker(['run', '-d', '--restart', 'always', '--network', 'inner', 'sleeper:1']);
      const never = await engine.docker(['run', '-d', 'sleeper:1']);
      const isRunning = (id: string) => engine.docker(['inspect', '-f', '{{.State.Running}}', id]);
      await engine.reboot();
      await expect.poll(() => isRunning(always), { timeout: 20_000 }).toBe('true');
      expect(await isRunning(never)).toBe('false');
    } finally {
      await engine.stop();
    }
    const directory = dirname(engine.socketPath);
    expect(existsSync(directory)).toBe(false);
    expect(await engineLeftovers(directory)).toEqual([]);
  });

  it('is taken away by the next run where its own was killed', async () => {
    const owner = spawn(process.execPath, [join(import.meta.dirname, 'crashing-owner.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(owner.stdout, 'data')) as [Buffer];
    const directory = dirname(line.toString().trim());
    const octet = directory.split('-').at(-1);
    const links = async () => (await run('ip', ['-4', '-oneline', 'address'])).stdout.split('\n');
    const ours = async () => (await links()).filter((text) => text.includes(` 10.${octet}.`)).length;
    expect(await ours()).toBe(2);
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    await cleanStale();
    expect(existsSync(directory)).toBe(false);
    expect(await engineLeftovers(directory)).toEqual([]);
    expect(await ours()).toBe(0);
  });
});
