import { connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { stampOf } from '../../src/lab/processes.ts';
import { addressOf, nodeImage, openLab, rawCall, SERVE, until } from './lab-under-test.ts';

const ECHO_SERVER = `
  require("node:net").createServer((s) => s.end(process.env.GREETING)).listen(8080, process.env.BELAY_LAB_ADDRESS);
  process.on("SIGTERM", () => process.exit(3));`;

function readPort(port: number, host = '127.0.0.1'): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect({ host, port });
    socket.on('data', (chunk) => (text += chunk));
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  });
}

test('starts, answers on its own address and its published port, stops with its own exit code', async () => {
  const { lab, docker } = await openLab();
  const { reference } = nodeImage(lab, ECHO_SERVER, { exposedPorts: ['8080/tcp'], env: { GREETING: 'hello' } });
  const container = await docker.createContainer({
    name: 'one',
    Image: reference,
    HostConfig: { PortBindings: { '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] } },
  });
  expect((await container.inspect()).State).toMatchObject({ Status: 'created', Running: false, ExitCode: 0 });
  await container.start();
  await expect(container.start()).rejects.toMatchObject({ statusCode: 304 });
  const { NetworkSettings, State } = await container.inspect();
  expect(State).toMatchObject({ Status: 'running', Running: true });
  expect(State.Pid).toBeGreaterThan(0);
  const hostPort = Number(NetworkSettings.Ports['8080/tcp']?.[0]?.HostPort);
  await until(
    () => readPort(hostPort).catch(() => ''),
    (text) => text === 'hello',
  );
  const address = await addressOf(container);
  if (process.platform === 'linux') expect(address).toMatch(/^127\.77\./);
  expect(await readPort(8080, address)).toBe('hello');
  await container.stop();
  await expect(container.stop()).rejects.toMatchObject({ statusCode: 304 });
  const stopped = await container.inspect();
  expect(stopped.State).toMatchObject({ Status: 'exited', Running: false, Pid: 0, ExitCode: 3 });
  expect(stopped.NetworkSettings).toMatchObject({ IPAddress: '', Ports: {} });
  await expect(readPort(hostPort)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('two containers listen on the same port of their own addresses, one of them published on it', async () => {
  const { lab, docker } = await openLab();
  const { reference } = nodeImage(lab, ECHO_SERVER.replaceAll('8080', '18931'), { exposedPorts: ['18931/tcp'] });
  for (const name of ['one', 'two']) {
    const PortBindings = name === 'one' ? { '18931/tcp': [{ HostPort: '18931' }] } : {};
    const settings = { name, Image: reference, Env: [`GREETING=${name}`], HostConfig: { PortBindings } };
    await (await docker.createContainer(settings)).start();
  }
  const address = await addressOf(docker.getContainer('two'));
  await until(
    () => readPort(18931, address).catch(() => ''),
    (text) => text === 'two',
  );
  await until(
    () => readPort(18931).catch(() => ''),
    (text) => text === 'one',
  );
});

test("a taken port leaves the container created with exit code 128 and the engine's sentence", async () => {
  const { lab, docker } = await openLab();
  const { reference } = nodeImage(lab, SERVE, { exposedPorts: ['80/tcp'] });
  const publish = (HostPort: string) => ({ HostConfig: { PortBindings: { '80/tcp': [{ HostPort }] } } });
  const first = await docker.createContainer({ Image: reference, ...publish('') });
  await first.start();
  const taken = (await first.inspect()).NetworkSettings.Ports['80/tcp']?.[0]?.HostPort ?? '';
  const second = await docker.createContainer({ name: 'second', Image: reference, ...publish(taken) });
  const sentence = `Bind for 0.0.0.0:${taken} failed: port is already allocated`;
  await expect(second.start()).rejects.toMatchObject({
    statusCode: 500,
    json: { message: expect.stringContaining(sentence) },
  });
  const { State } = await second.inspect();
  expect(State).toMatchObject({ Status: 'created', ExitCode: 128 });
  expect(State.Error).toMatch(
    /^driver failed programming external connectivity on endpoint second \([0-9a-f]{64}\): Bind/,
  );

  const stranger = createServer();
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  const strangersPort = (stranger.address() as { port: number }).port;
  const third = await docker.createContainer({ Image: reference, ...publish(String(strangersPort)) });
  await expect(third.start()).rejects.toMatchObject({
    statusCode: 500,
    json: { message: expect.stringContaining(`0.0.0.0:${strangersPort}: bind: address already in use`) },
  });
  stranger.close();
  await third.start();
});

test('who ignores SIGTERM is killed after the stop timeout, with all that it has started', async () => {
  const { lab, docker } = await openLab();
  const script = `
    process.on("SIGTERM", () => {});
    const child = require("node:child_process").spawn("sleep", ["600"]);
    console.log(child.pid); setInterval(() => {}, 1000);`;
  const { reference } = nodeImage(lab, script);
  const container = await docker.createContainer({ Image: reference, StopTimeout: 1 });
  await container.start();
  const log = () => container.logs({ stdout: true }).then((answer) => answer.subarray(8).toString());
  const childPid = Number(await until(log, (text) => text.endsWith('\n')));
  expect(stampOf(childPid)).not.toBeNull();
  const startedMs = performance.now();
  await container.stop();
  expect(performance.now() - startedMs).toBeGreaterThan(900);
  expect((await container.inspect()).State.ExitCode).toBe(137);
  await until(
    async () => stampOf(childPid),
    (stamp) => stamp === null,
  );
});

test('a program that is not there, and one that may not be run', async () => {
  const { lab, docker } = await openLab();
  const { reference } = nodeImage(lab, SERVE);
  const container = await docker.createContainer({ Image: reference, Cmd: ['no-such-program'] });
  await expect(container.start()).rejects.toMatchObject({
    statusCode: 400,
    json: { message: expect.stringContaining('exec: "no-such-program": executable file not found in $PATH') },
  });
  expect((await container.inspect()).State).toMatchObject({ Status: 'created', ExitCode: 127 });
  const forbidden = await docker.createContainer({ Image: reference, Cmd: ['/etc/passwd'] });
  await expect(forbidden.start()).rejects.toMatchObject({ statusCode: 400 });
  expect((await forbidden.inspect()).State.ExitCode).toBe(126);
});

test('names are unique, found by id prefix, and renamed', async () => {
  const { lab, docker } = await openLab();
  const { reference } = nodeImage(lab, SERVE);
  const first = await docker.createContainer({ name: 'first', Image: reference });
  const conflict = `Conflict. The container name "/first" is already in use by container "${first.id}".`;
  await expect(docker.createContainer({ name: 'first', Image: reference })).rejects.toMatchObject({
    statusCode: 409,
    json: { message: expect.stringContaining(conflict) },
  });
  const second = await docker.createContainer({ name: 'second', Image: reference });
  await expect(second.rename({ name: 'first' })).rejects.toMatchObject({
    statusCode: 409,
    json: { message: expect.stringContaining(`Error when allocating new name: ${conflict}`) },
  });
  await expect(second.rename({ name: 'a@b' })).rejects.toMatchObject({ statusCode: 400 });
  await first.rename({ name: 'old-first' });
  await second.rename({ name: 'first' });
  expect((await docker.getContainer(second.id.slice(0, 12)).inspect()).Name).toBe('/first');
  expect((await docker.getContainer('old-first').inspect()).Id).toBe(first.id);
  await expect(docker.getContainer('second').inspect()).rejects.toMatchObject({
    statusCode: 404,
    json: { message: 'No such container: second' },
  });
});

test('removes: not while it runs unless forced, anonymous volumes with v', async () => {
  const { lab, docker } = await openLab();
  const { reference } = nodeImage(lab, SERVE, { volumes: ['/data'] });
  const settings = { name: 'app', Image: reference, HostConfig: { Binds: ['named:/named'] } };
  const container = await docker.createContainer(settings);
  await container.start();
  await expect(container.remove()).rejects.toMatchObject({ statusCode: 409 });
  expect((await docker.listVolumes()).Volumes).toHaveLength(2);
  await container.remove({ force: true, v: true });
  expect((await docker.listVolumes()).Volumes.map(({ Name }) => Name)).toEqual(['named']);
  await expect(container.inspect()).rejects.toMatchObject({ statusCode: 404 });
  await expect(container.remove()).rejects.toMatchObject({ statusCode: 404 });
});

test('kill, pause and wait', async () => {
  const { lab, docker } = await openLab();
  const { reference } = nodeImage(lab, SERVE);
  const container = await docker.createContainer({ name: 'app', Image: reference });
  await expect(container.kill()).rejects.toMatchObject({
    statusCode: 409,
    json: { message: `Cannot kill container: ${container.id}: Container ${container.id} is not running` },
  });
  await container.start();
  await expect(container.kill({ signal: 'BOGUS' })).rejects.toMatchObject({ statusCode: 400 });
  await container.pause();
  await expect(container.pause()).rejects.toMatchObject({ statusCode: 409 });
  expect((await container.inspect()).State).toMatchObject({ Status: 'paused', Running: true, Paused: true });
  await container.unpause();
  const waiting = container.wait();
  await container.kill();
  expect(await waiting).toMatchObject({ StatusCode: 137 });
  expect(await container.wait()).toMatchObject({ StatusCode: 137 });
});

test('a paused container is stopped', async () => {
  const { lab, docker } = await openLab();
  const { reference } = nodeImage(lab, `${SERVE}; console.log("up")`);
  const container = await docker.createContainer({ Image: reference });
  await container.start();
  await until(
    () => container.logs({ stdout: true }),
    (log) => log.includes('up'),
  );
  await container.pause();
  await container.stop();
  expect((await container.inspect()).State).toMatchObject({ Status: 'exited', Paused: false, ExitCode: 0 });
});

test('lists running containers, all of them, and by filter', async () => {
  const { lab, docker } = await openLab();
  const { reference } = nodeImage(lab, SERVE);
  const settings = { name: 'up', Image: reference, Labels: { tier: 'web' }, HostConfig: { Binds: ['v1:/v'] } };
  await (await docker.createContainer(settings)).start();
  await docker.createContainer({ name: 'down', Image: reference });
  const names = async (options: object) => (await docker.listContainers(options)).map(({ Names }) => Names[0]);
  expect(await names({})).toEqual(['/up']);
  expect(await names({ all: true })).toEqual(['/down', '/up']);
  expect(await names({ all: true, filters: { label: ['tier=web'] } })).toEqual(['/up']);
  expect(await names({ all: true, filters: { status: ['created'] } })).toEqual(['/down']);
  expect(await names({ all: true, filters: { volume: ['v1'] } })).toEqual(['/up']);
  await expect(names({ filters: { bogus: ['x'] } })).rejects.toMatchObject({ statusCode: 400 });
});

test('answers with and without a version in the path, and 404 to what it does not know', async () => {
  const { lab } = await openLab();
  expect((await rawCall(lab.socketPath, 'GET', '/_ping')).body.toString()).toBe('OK');
  const head = await rawCall(lab.socketPath, 'HEAD', '/v1.41/_ping');
  expect(head).toMatchObject({ status: 200, headers: { 'api-version': '1.41', ostype: 'linux' } });
  const unknown = await rawCall(lab.socketPath, 'GET', '/v1.41/nothing');
  expect(unknown.status).toBe(404);
  expect(JSON.parse(unknown.body.toString())).toEqual({ message: 'page not found' });
  const { DockerRootDir, Name } = JSON.parse((await rawCall(lab.socketPath, 'GET', '/info')).body.toString());
  expect({ DockerRootDir, Name }).toEqual({ DockerRootDir: lab.root, Name: 'Belay lab' });
});

test('a container keeps what it wrote outside its mounts, over a restart', async () => {
  const { lab, docker } = await openLab();
  const script = `
    const fs = require("node:fs"), root = process.env.BELAY_LAB_ROOT;
    fs.appendFileSync(root + "/runs", "x"); console.log(fs.readFileSync(root + "/runs", "utf8"));
    fs.writeFileSync(root + "/tmp/" + fs.readdirSync(root + "/tmp").length, "");
    console.log("tmp", fs.readdirSync(root + "/tmp").length); ${SERVE}`;
  const { reference } = nodeImage(lab, script);
  const HostConfig = { Mounts: [{ Type: 'tmpfs' as const, Source: '', Target: '/tmp' }] };
  const container = await docker.createContainer({ Image: reference, HostConfig });
  const lastLines = async () => (await container.logs({ stdout: true, tail: 2 })).toString().match(/x+|tmp \d/g);
  await container.start();
  await until(lastLines, (lines) => lines?.[1] === 'tmp 1');
  await container.restart();
  expect(await until(lastLines, (lines) => lines?.[0] === 'xx')).toEqual(['xx', 'tmp 1']);
});

test('a container in the network of another has its address, and does not give it away', async () => {
  const { lab, docker } = await openLab();
  const { reference } = nodeImage(lab, ECHO_SERVER.replaceAll('8080', '18932'), { env: { GREETING: 'main' } });
  const main = await docker.createContainer({ name: 'main', Image: reference });
  const read = `require("node:net").connect(18932, process.env.BELAY_LAB_ADDRESS).on("data", (text) => console.log(String(text)))`;
  const HostConfig = { NetworkMode: 'container:main' };
  const helper = await docker.createContainer({ Image: reference, Cmd: ['node', '-e', read], HostConfig });
  await expect(helper.start()).rejects.toMatchObject({ statusCode: 409 });
  await main.start();
  await until(
    async () => readPort(18932, await addressOf(main)).catch(() => ''),
    (text) => text === 'main',
  );
  await helper.start();
  await helper.wait();
  expect((await helper.logs({ stdout: true })).subarray(8).toString()).toBe('main\n');
  const third = await docker.createContainer({ Image: reference });
  await third.start();
  expect(await addressOf(third)).not.toBe(await addressOf(main));
});
