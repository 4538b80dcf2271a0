import { existsSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { nodeImage, openLab, SERVE, temporaryRoot } from './lab-under-test.ts';

test('volumes are directories that last; not removed while a container has them', async () => {
  const root = temporaryRoot();
  const { lab, docker } = await openLab({ root });
  await docker.createVolume({ Name: 'data', Labels: { keep: 'yes' } });
  await docker.createVolume({ Name: 'data' });
  const volume = docker.getVolume('data');
  const { Mountpoint, Labels, Driver } = await volume.inspect();
  expect({ Labels, Driver }).toEqual({ Labels: { keep: 'yes' }, Driver: 'local' });
  expect(statSync(Mountpoint).isDirectory()).toBe(true);
  const { reference } = nodeImage(lab, SERVE);
  const container = await docker.createContainer({ Image: reference, HostConfig: { Binds: ['data:/data'] } });
  await expect(volume.remove()).rejects.toMatchObject({
    statusCode: 409,
    json: { message: `remove data: volume is in use - [${container.id}]` },
  });
  await lab.close();
  const { docker: again } = await openLab({ root });
  expect((await again.listVolumes({ filters: { label: ['keep=yes'] } })).Volumes).toHaveLength(1);
  await again.getContainer(container.id).remove();
  await again.getVolume('data').remove();
  expect(existsSync(Mountpoint)).toBe(false);
  await expect(again.getVolume('data').inspect()).rejects.toMatchObject({
    statusCode: 404,
    json: { message: 'get data: no such volume' },
  });
  await expect(again.createVolume({ Name: 'a/b' })).rejects.toMatchObject({ statusCode: 400 });
  await expect(again.createVolume({ Name: 'ab', Driver: 'nfs' })).rejects.toMatchObject({ statusCode: 404 });
});

test('networks are recorded, with who is on them', async () => {
  const { lab, docker } = await openLab();
  expect((await docker.listNetworks()).map(({ Name }) => Name)).toEqual(['bridge', 'host', 'none']);
  await docker.createNetwork({ Name: 'net' });
  await expect(docker.createNetwork({ Name: 'net' })).rejects.toMatchObject({ statusCode: 409 });
  const { reference } = nodeImage(lab, SERVE);
  const container = await docker.createContainer({
    name: 'app',
    Image: reference,
    HostConfig: { NetworkMode: 'net' },
    NetworkingConfig: { EndpointsConfig: { net: { Aliases: ['db'], IPAMConfig: { IPv4Address: '10.9.0.7' } } } },
  });
  await container.start();
  const { Networks } = (await container.inspect()).NetworkSettings;
  expect(Object.keys(Networks)).toEqual(['net']);
  expect(Networks['net']).toMatchObject({
    Aliases: ['db', container.id.slice(0, 12)],
    IPAMConfig: { IPv4Address: '10.9.0.7' },
  });
  const network = docker.getNetwork('net');
  expect((await network.inspect()).Containers).toMatchObject({ [container.id]: { Name: 'app' } });
  await expect(network.remove()).rejects.toMatchObject({ statusCode: 403 });
  await docker.getNetwork('bridge').connect({ Container: 'app' });
  expect(Object.keys((await container.inspect()).NetworkSettings.Networks)).toEqual(['net', 'bridge']);
  await network.disconnect({ Container: 'app' });
  await expect(network.disconnect({ Container: 'app' })).rejects.toMatchObject({ statusCode: 500 });
  await network.remove();
  await expect(network.inspect()).rejects.toMatchObject({
    statusCode: 404,
    json: { message: 'network net not found' },
  });
  await expect(docker.getNetwork('host').remove()).rejects.toMatchObject({ statusCode: 403 });
});

test('a container of a network that is gone does not start', async () => {
  const { lab, docker } = await openLab();
  const { reference } = nodeImage(lab, SERVE);
  const container = await docker.createContainer({ Image: reference, HostConfig: { NetworkMode: 'gone' } });
  await expect(container.start()).rejects.toMatchObject({
    statusCode: 404,
    json: { message: 'network gone not found' },
  });
  expect((await container.inspect()).State).toMatchObject({
    Status: 'created',
    ExitCode: 128,
    Error: 'network gone not found',
  });
});
