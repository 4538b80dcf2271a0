import { expect, test } from 'vitest';
import { frame } from '../../src/lab/logs.ts';
import { nodeImage, openLab, rawCall, SERVE, until } from './lab-under-test.ts';

const TALK = `console.log("one"); console.error("two"); setTimeout(() => { console.log("three"); ${SERVE} }, 50)`;

async function talkingContainer() {
  const { lab, docker } = await openLab();
  const { reference } = nodeImage(lab, TALK, { env: { COLOR: 'blue' } });
  const container = await docker.createContainer({ name: 'talk', Image: reference });
  await container.start();
  await until(
    () => container.logs({ stdout: true }),
    (log) => log.includes('three'),
  );
  return { lab, docker, container };
}

test('logs are framed by stream, and cut to the last lines', async () => {
  const { container } = await talkingContainer();
  expect(await container.logs({ stdout: true })).toEqual(
    Buffer.concat([frame('stdout', 'one\n'), frame('stdout', 'three\n')]),
  );
  expect(await container.logs({ stderr: true })).toEqual(frame('stderr', 'two\n'));
  expect(await container.logs({ stdout: true, stderr: true, tail: 1 })).toEqual(frame('stdout', 'three\n'));
  expect((await container.logs({ stdout: true, tail: 1, timestamps: true })).subarray(8).toString()).toMatch(
    /^20\d\d-.*Z three\n$/,
  );
  await expect(container.logs({})).rejects.toMatchObject({
    statusCode: 400,
    json: { message: 'Bad parameters: you must choose at least one stream' },
  });
});

test('followed logs go on until the container ends', async () => {
  const { lab, docker } = await openLab();
  const script = 'let i = 0; setInterval(() => { console.log(++i); if (i === 5) process.exit(0) }, 30)';
  const container = await docker.createContainer({ Image: nodeImage(lab, script).reference });
  await container.start();
  const stream = await container.logs({ follow: true, stdout: true, stderr: true });
  let text = '';
  for await (const chunk of stream) text += (chunk as Buffer).toString();
  expect(text.match(/\d(?=\n)/g)).toEqual(['1', '2', '3', '4', '5']);
});

test('a command runs in the container’s environment, its output framed, its exit code kept', async () => {
  const { lab, container } = await talkingContainer();
  const exec = await container.exec({
    Cmd: ['sh', '-c', 'echo $COLOR $MORE; echo bad >&2; exit 3'],
    Env: ['MORE=yes'],
    AttachStdout: true,
    AttachStderr: true,
  });
  expect(await exec.inspect()).toMatchObject({ Running: false, ExitCode: null, ContainerID: container.id });
  const raw = await rawCall(lab.socketPath, 'POST', `/exec/${exec.id}/start`, { Detach: false, Tty: false });
  expect(raw.headers['content-type']).toBe('application/vnd.docker.raw-stream');
  const [out, err] = [frame('stdout', 'blue yes\n'), frame('stderr', 'bad\n')];
  for (const expected of [out, err]) expect(raw.body.includes(expected)).toBe(true);
  expect(raw.body).toHaveLength(out.length + err.length);
  expect(await exec.inspect()).toMatchObject({ Running: false, ExitCode: 3 });
});

test('a client may have the connection itself', async () => {
  const { container } = await talkingContainer();
  const exec = await container.exec({ Cmd: ['echo', 'hijacked'], AttachStdout: true });
  const stream = await exec.start({ hijack: true, stdin: false });
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks)).toEqual(frame('stdout', 'hijacked\n'));
});

test('what cannot be executed', async () => {
  const { container, docker, lab } = await talkingContainer();
  await expect(container.exec({ Cmd: [] })).rejects.toMatchObject({ statusCode: 400 });
  const missing = await container.exec({ Cmd: ['no-such'], AttachStdout: true });
  const raw = await rawCall(lab.socketPath, 'POST', `/exec/${missing.id}/start`, {});
  expect(raw.body.toString()).toContain('exec: "no-such": executable file not found in $PATH');
  expect((await missing.inspect()).ExitCode).toBe(126);
  await expect(docker.getExec('zz').inspect()).rejects.toMatchObject({ statusCode: 404 });
  await container.stop();
  await expect(container.exec({ Cmd: ['true'] })).rejects.toMatchObject({
    statusCode: 409,
    json: { message: `Container ${container.id} is not running` },
  });
});

test('a command ends with its container', async () => {
  const { container } = await talkingContainer();
  const exec = await container.exec({ Cmd: ['sleep', '600'], AttachStdout: true });
  await exec.start({ Detach: true });
  await until(
    () => exec.inspect(),
    ({ Pid }) => Pid > 0,
  );
  await container.kill();
  const { ExitCode } = await until(
    () => exec.inspect(),
    ({ Running }) => !Running,
  );
  expect(ExitCode).toBe(137);
});

test('events come as they happen, by filter, and from the past', async () => {
  const { lab, docker } = await openLab();
  const { reference } = nodeImage(lab, 'process.exit(7)');
  const sinceSeconds = Math.floor(Date.now() / 1000);
  const stream = await docker.getEvents({ filters: { type: ['container'], event: ['start', 'die'] } });
  const container = await docker.createContainer({ name: 'seen', Image: reference, Labels: { tier: 'web' } });
  await container.start();
  await container.wait();
  const events: { Action: string; Actor: { ID: string; Attributes: Record<string, string> } }[] = [];
  for await (const chunk of stream) {
    for (const line of String(chunk).trim().split('\n')) events.push(JSON.parse(line));
    if (events.length >= 2) break;
  }
  expect(events.map(({ Action }) => Action)).toEqual(['start', 'die']);
  expect(events[1]?.Actor).toMatchObject({
    ID: container.id,
    Attributes: { name: 'seen', exitCode: '7', tier: 'web' },
  });
  const untilSeconds = Math.ceil(Date.now() / 1000);
  const path = `/events?since=${sinceSeconds}&until=${untilSeconds}&filters=${encodeURIComponent('{"container":["seen"]}')}`;
  const past = (await rawCall(lab.socketPath, 'GET', path)).body.toString().trim().split('\n');
  expect(past.map((line) => JSON.parse(line).Action)).toEqual(['create', 'start', 'die']);
});
