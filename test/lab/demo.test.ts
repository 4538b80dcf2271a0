import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { stampOf } from '../../src/lab/processes.ts';
import { acmeImage, seedDemo } from '../../src/lab/seed-demo.ts';
import { clientOf, openLab, temporaryRoot, until } from './lab-under-test.ts';

const FAST = ['ACME_MIGRATION_MS=80'];

const notesAt = async (url: string) =>
  ((await (await fetch(`${url}/notes`)).json()) as { text: string }[]).map(({ text }) => text);

test('the demo runs version 1.0 with its notes, and is made once', async () => {
  const { lab, docker } = await openLab();
  const demo = await seedDemo(lab);
  const notes = await notesAt(demo.url);
  expect(notes).toHaveLength(3);
  const container = docker.getContainer(demo.container);
  const { Id, Config, State } = await container.inspect();
  expect(Config.Image).toBe(`${demo.repository}:1.0`);
  expect(Config.Labels).toMatchObject({
    'org.opencontainers.image.version': '1.0',
    'io.belay.version-command': 'acme --version',
  });
  expect(State.Running).toBe(true);
  const exec = await container.exec({ Cmd: ['acme', '--version'], AttachStdout: true });
  const stream = await exec.start({ hijack: true, stdin: false });
  let version = '';
  for await (const chunk of stream) version += (chunk as Buffer).subarray(8).toString();
  expect(version.trim()).toBe('1.0');
  await until(
    () => container.inspect(),
    (now) => now.State.Health?.Status === 'healthy',
  );
  const added = await fetch(`${demo.url}/notes`, { method: 'POST', body: 'a fourth' });
  expect(added.status).toBe(201);
  expect(await seedDemo(lab)).toEqual(demo);
  expect((await container.inspect()).Id).toBe(Id);
  expect(await notesAt(demo.url)).toEqual([...notes, 'a fourth']);
  const tags = await (await fetch(`http://127.0.0.1:${lab.registryPort}/v2/acme/server/tags/list`)).json();
  expect(tags).toEqual({ name: 'acme/server', tags: ['1.0', '2.0', '2.1', '3.0'] });
});

test('newer versions migrate the data, older ones then refuse it, 2.1 crashes', async () => {
  const { lab, docker } = await openLab();
  const run = async (version: string) => {
    const { reference } = lab.addImage(acmeImage(version, 18480), 'both');
    const settings = { Image: reference, Env: FAST, HostConfig: { Binds: ['acme:/var/lib/acme'] } };
    const container = await docker.createContainer(settings);
    await container.start();
    const { NetworkSettings } = await container.inspect();
    const log = async () => (await container.logs({ stdout: true, stderr: true })).toString();
    const url = `http://${NetworkSettings.Networks['bridge']?.IPAddress}:18480`;
    return { container, log, url };
  };
  const serving = (log: () => Promise<string>) => until(log, (text) => /serving on port 18480/.test(text));

  const first = await run('1.0');
  await serving(first.log);
  await fetch(`${first.url}/notes`, { method: 'POST', body: 'kept' });
  await first.container.stop();
  expect((await first.container.inspect()).State.ExitCode).toBe(0);

  const third = await run('3.0');
  const log = await serving(third.log);
  for (const words of ['from format 1 to 2', 'format 2: 100 %', 'from format 2 to 3']) expect(log).toContain(words);
  expect(await notesAt(third.url)).toEqual(['kept']);
  await third.container.stop();

  const refusing = await run('2.0');
  expect(await refusing.container.wait()).toMatchObject({ StatusCode: 65 });
  expect(await refusing.log()).toContain(
    'the data is in format 3, and version 2.0 knows formats up to 2: refusing to start',
  );
});

test('2.1 serves for a moment and dies', async () => {
  const { lab, docker } = await openLab();
  const { reference } = lab.addImage(acmeImage('2.1', 18481), 'both');
  const container = await docker.createContainer({ Image: reference, Env: FAST });
  await container.start();
  expect(await container.wait()).toMatchObject({ StatusCode: 70 });
  const log = (await container.logs({ stdout: true, stderr: true })).toString();
  expect(log).toMatch(/serving on port[\s\S]*FATAL/);
});

/** A lab in a process of its own. */
async function runLab(root: string): Promise<{ lab: ChildProcess; socketPath: string }> {
  const main = new URL('../../src/lab/main.ts', import.meta.url).pathname;
  const lab = spawn(process.execPath, [main, '--root', root, '--seed'], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(async () => {
    if (lab.kill('SIGTERM')) await once(lab, 'exit');
  });
  const [line] = (await once(createInterface(lab.stdout as NodeJS.ReadableStream), 'line')) as [string];
  return { lab, socketPath: line.replace(/^lab ready DOCKER_HOST=unix:\/\//, '') };
}

test('a lab of its own stops its containers on SIGTERM; one that was killed leaves them to the next', async () => {
  const root = temporaryRoot();
  const first = await runLab(root);
  expect(first.socketPath).toBe(join(root, 'engine.sock'));
  const acme = () => clientOf(first.socketPath).getContainer('acme').inspect();
  const { Pid: orphan } = (await acme()).State;
  first.lab.kill('SIGKILL');
  await once(first.lab, 'exit');
  expect(stampOf(orphan)).not.toBeNull();

  const second = await runLab(root);
  expect(stampOf(orphan)).toBeNull();
  // As with a Docker Engine that was killed: `unless-stopped` stays down.
  expect((await acme()).State).toMatchObject({ Status: 'exited', ExitCode: 137 });
  await clientOf(second.socketPath).getContainer('acme').start();
  const { Pid } = (await acme()).State;
  second.lab.kill('SIGTERM');
  expect(await once(second.lab, 'exit')).toEqual([0, null]);
  expect(stampOf(Pid)).toBeNull();

  await runLab(root);
  expect((await acme()).State.Running).toBe(true);
});
