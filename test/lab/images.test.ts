import { expect, test } from 'vitest';
import type { Lab } from '../../src/lab/lab.ts';
import { nodeImage, openLab, rawCall, SERVE, temporaryRoot } from './lab-under-test.ts';

interface Line {
  status?: string;
  id?: string;
  progressDetail?: { current?: number; total?: number };
  error?: string;
}

async function pull(lab: Lab, query: string): Promise<{ status: number; lines: Line[] }> {
  const { status, body } = await rawCall(lab.socketPath, 'POST', `/images/create?${query}`);
  return {
    status,
    lines: body
      .toString()
      .trim()
      .split('\r\n')
      .map((line) => JSON.parse(line) as Line),
  };
}

const acme = (tag: string) => ({ repository: 'acme/server', tag, command: ['node', '-e', SERVE] });

test('pulls by tag with progress, finds the image by every name, and has nothing to do the second time', async () => {
  const { lab, docker } = await openLab();
  const { reference, digest, imageId } = lab.addImage(acme('1.0'));
  const repository = reference.slice(0, -':1.0'.length);
  await expect(docker.getImage(reference).inspect()).rejects.toMatchObject({ statusCode: 404 });
  const { lines } = await pull(lab, `fromImage=${repository}&tag=1.0`);
  expect(lines[0]).toEqual({ status: 'Pulling from acme/server', id: '1.0' });
  const downloading = lines.filter(({ status }) => status === 'Downloading');
  expect(downloading.length).toBeGreaterThan(3);
  for (const { progressDetail } of downloading)
    expect(progressDetail?.current).toBeLessThanOrEqual(progressDetail?.total ?? 0);
  expect(lines.slice(-2)).toEqual([
    { status: `Digest: ${digest}` },
    { status: `Status: Downloaded newer image for ${reference}` },
  ]);
  const byDigest = `${repository}@${digest}`;
  for (const name of [reference, byDigest, `${reference}@${digest}`, imageId, imageId.slice(7, 19)]) {
    const found = await docker.getImage(name).inspect();
    expect(found).toMatchObject({ Id: imageId, RepoTags: [reference], RepoDigests: [byDigest] });
  }
  const again = await pull(lab, `fromImage=${repository}&tag=1.0`);
  expect(again.lines.map(({ status }) => status)).toEqual([
    'Pulling from acme/server',
    `Digest: ${digest}`,
    `Status: Image is up to date for ${reference}`,
  ]);
  lab.addImage({ ...acme('2.0'), sizeBytes: 1 });
  const shared = await pull(lab, `fromImage=${repository}&tag=2.0`);
  expect(shared.lines.filter(({ status }) => status === 'Already exists')).toHaveLength(2);
});

test('pulls by digest without a tag, which tagging adds', async () => {
  const { lab, docker } = await openLab();
  const { reference, digest } = lab.addImage(acme('1.0'));
  const repository = reference.slice(0, -':1.0'.length);
  await pull(lab, `fromImage=${repository}&tag=${digest}`);
  const byDigest = docker.getImage(`${repository}@${digest}`);
  expect((await byDigest.inspect()).RepoTags).toEqual([]);
  await byDigest.tag({ repo: repository, tag: '1.0' });
  expect((await docker.getImage(reference).inspect()).RepoDigests).toEqual([`${repository}@${digest}`]);
  await docker.getImage(reference).remove();
  await expect(byDigest.inspect()).rejects.toMatchObject({ statusCode: 404 });
});

test('an unknown tag, another registry and a registry that is down answer as the engine’s', async () => {
  const { lab, docker } = await openLab();
  const { reference } = lab.addImage(acme('1.0'));
  const repository = reference.slice(0, -':1.0'.length);
  expect(await pull(lab, `fromImage=${repository}&tag=9`)).toEqual({
    status: 404,
    lines: [{ message: `manifest for ${repository}:9 not found: manifest unknown: manifest unknown` }],
  });
  const refused = expect.stringContaining('connect: connection refused');
  expect(await pull(lab, 'fromImage=127.0.0.1:1/acme/server&tag=1')).toMatchObject({
    status: 500,
    lines: [{ message: refused }],
  });
  const distribution = docker.getImage(reference);
  expect(await distribution.distribution()).toMatchObject({
    Descriptor: { digest: expect.stringMatching(/^sha256:/) },
  });
  await lab.stopRegistry();
  await expect(distribution.distribution()).rejects.toMatchObject({ statusCode: 500 });
  expect(await pull(lab, `fromImage=${repository}&tag=1.0`)).toMatchObject({
    status: 500,
    lines: [{ message: refused }],
  });
  await lab.startRegistry();
  expect((await pull(lab, `fromImage=${repository}&tag=1.0`)).status).toBe(200);
});

test('an image in use is removed by force only; a moved tag leaves the old image without it', async () => {
  const { lab, docker } = await openLab();
  const first = nodeImage(lab, SERVE);
  await docker.createContainer({ name: 'user', Image: first.reference });
  await expect(docker.getImage(first.reference).remove()).rejects.toMatchObject({
    statusCode: 409,
    json: {
      message: expect.stringMatching(/^conflict: unable to remove repository reference .* is using its referenced/),
    },
  });
  const second = nodeImage(lab, `${SERVE};`);
  expect(second.imageId).not.toBe(first.imageId);
  expect((await docker.getImage(first.imageId).inspect()).RepoTags).toEqual([]);
  expect((await docker.getImage(second.reference).inspect()).Id).toBe(second.imageId);
  await docker.getImage(first.imageId).remove({ force: true });
  expect((await docker.listImages()).map(({ Id }) => Id)).toEqual([second.imageId]);
});

test('the registry lists tags page by page and gives manifests with their digest', async () => {
  const { lab } = await openLab();
  const digests = ['1.0', '1.1', '2.0'].map((tag) => lab.addImage(acme(tag)).digest);
  const base = `http://127.0.0.1:${lab.registryPort}`;
  const first = await fetch(`${base}/v2/acme/server/tags/list?n=2`);
  expect(await first.json()).toEqual({ name: 'acme/server', tags: ['1.0', '1.1'] });
  const next = /^<([^>]+)>; rel="next"$/.exec(first.headers.get('link') ?? '')?.[1];
  const second = await fetch(new URL(next ?? '', base));
  expect(await second.json()).toEqual({ name: 'acme/server', tags: ['2.0'] });
  expect(second.headers.get('link')).toBeNull();
  for (const method of ['HEAD', 'GET']) {
    const manifest = await fetch(`${base}/v2/acme/server/manifests/2.0`, { method });
    expect(manifest.headers.get('docker-content-digest')).toBe(digests[2]);
  }
  expect((await fetch(`${base}/v2/acme/server/manifests/${digests[0]}`)).status).toBe(200);
  expect((await fetch(`${base}/v2/acme/server/manifests/9`)).status).toBe(404);
  expect((await fetch(`${base}/v2/acme/nothing/tags/list`)).status).toBe(404);
});

test('the registry keeps its port and its images when the lab comes again', async () => {
  const root = temporaryRoot();
  const { lab } = await openLab({ root });
  const { reference, digest } = lab.addImage(acme('1.0'));
  await lab.close();
  const { lab: again, docker } = await openLab({ root });
  expect(again.registryPort).toBe(lab.registryPort);
  expect(await docker.getImage(reference).distribution()).toMatchObject({ Descriptor: { digest } });
});
