import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../../src/demo/private-engine/registry.ts';
import { DockerHost } from '../../src/docker/docker-host.ts';
import { makeImage } from '../support/images.ts';
import { describeOnEngine } from '../support/on-engine.ts';

describeOnEngine('looking into a container', ({ engine, name }) => {
  const host = new DockerHost({ socketPath: engine.socketPath });
  const image = `${name('tools')}:1.0`;

  const run = (word: string, flags: string[], command: string[]) =>
    engine.docker(['run', '-d', '--name', name(word), ...flags, image, ...command]);
  const eventually = async <Value>(look: () => Promise<Value>, wanted: Value) => {
    for (const deadline = Date.now() + 5000; Date.now() < deadline; ) {
      if (JSON.stringify(await look()) === JSON.stringify(wanted)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(await look()).toEqual(wanted);
  };

  beforeAll(async () => {
    await makeImage(engine, { reference: image, changes: ['ENV PATH=/bin'] });
  });
  afterAll(async () => {
    const ids = (await engine.docker(['ps', '-aq', '--filter', `name=^${name('')}`])).split('\n').filter(Boolean);
    if (ids.length > 0) await engine.docker(['rm', '-f', ...ids]);
  });

  it('finds a server on a network of its own, on the host’s, and on another container’s', async () => {
    const port = await freePort();
    const own = await run('own', [], ['httpd', '-f', '-p', '8080']);
    const shared = await run('shared', ['--network', `container:${name('own')}`], ['sleep', '60']);
    const hosts = await run('hosts', ['--network', 'host'], ['httpd', '-f', '-p', `127.0.0.1:${port}`]);
    await eventually(() => host.answers(own, 8080, 500), true);
    expect(await host.answers(shared, 8080, 500)).toBe(true);
    await eventually(() => host.answers(hosts, port, 500), true);
  });

  it('is not deceived by the engine’s proxy, which accepts where nothing listens', async () => {
    const port = await freePort();
    const idle = await run('idle', ['-p', `127.0.0.1:${port}:8080`], ['sleep', '60']);
    expect(await host.answers(idle, 8080, 500)).toBe(false);
    const alone = await run('alone', ['--network', 'none'], ['httpd', '-f', '-p', '8080']);
    expect(await host.answers(alone, 8080, 500)).toBe(false);
  });

  it('reads the log of a terminal, of two channels, and none where none is kept', async () => {
    const words = ['sh', '-c', 'echo one; echo two >&2; printf "\\033[31mthree\\033[0m\\n"; sleep 60'];
    const terminal = await run('terminal', ['--tty'], words);
    await eventually(() => host.logTail(terminal, 10), ['one', 'two', 'three']);
    const channels = await run('channels', [], words);
    await eventually(async () => (await host.logTail(channels, 10)).sort(), ['one', 'three', 'two']);
    const silent = await run('silent', ['--log-driver', 'none'], words);
    expect(await host.logTail(silent, 10)).toEqual([]);
  });

  it('ends a command that takes too long, with what it has begun, and no other', async () => {
    const idle = await run('ended', [], ['sleep', '60']);
    const command = (word: string) => ['sh', '-c', `echo ${word} > /tmp/${word}; sh -c 'sleep 33; true'; true`];
    const [late, other] = [host.exec(idle, command('late'), 300), host.exec(idle, command('other'), 5_000)];
    await expect(late).rejects.toMatchObject({ code: 'engine-failed' });
    const sleeping = async () =>
      (await host.exec(idle, ['sh', '-c', 'ps | grep -c "[s]leep 33; true"'], 5_000)).output.trim();
    expect(await sleeping()).toBe('4');
    await host.endCommands(idle, command('late'));
    await eventually(sleeping, '2');
    await host.endCommands(idle, ['no', 'such', 'command']);
    expect(await sleeping()).toBe('2');
    await host.endCommands(idle, command('other'));
    expect((await other).exitCode).toBe(137);
  });

  it('gives the output of a command that is not there as its failure', async () => {
    const idle = await run('commands', [], ['sleep', '60']);
    const { exitCode, output } = await host.exec(idle, ['no-such-command'], 5000);
    expect([126, 127]).toContain(exitCode);
    expect(output).toContain('no-such-command');
  });
});
