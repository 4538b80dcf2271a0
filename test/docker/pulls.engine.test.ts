import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pushImage } from '../../src/demo/private-engine/images.ts';
import { freePort } from '../../src/demo/private-engine/registry.ts';
import { DockerHost } from '../../src/docker/docker-host.ts';
import { HttpRegistry } from '../../src/docker/registry.ts';
import type { BelayError } from '../../src/domain/errors.ts';
import type { PullProgress } from '../../src/domain/ports/container-host.ts';
import type { PinnedImage } from '../../src/domain/service-spec.ts';
import { forgetImage, makeImage } from '../support/images.ts';
import { describeOnEngine } from '../support/on-engine.ts';
import { type Fault, type FaultyRegistry, startFaultyRegistry } from './faulty-registry.ts';

describeOnEngine('pulling from a registry that fails', ({ engine, registry, reference }) => {
  const host = new DockerHost({ socketPath: engine.socketPath, stallTimeoutMs: 3000 });
  let faulty: FaultyRegistry;

  beforeAll(async () => {
    faulty = await startFaultyRegistry(registry);
  });
  afterAll(async () => {
    await faulty.stop();
  });

  /** An image of its own content, in the registry only. The reference leads through the faulty one. */
  async function published(repository: string, tag = '1.0', fault: Fault = 'none'): Promise<PinnedImage> {
    const direct = reference(repository, tag);
    // Random, so that the engine has none of it from another pull and cannot compress it.
    const files = [{ path: 'payload', content: randomBytes(2_000_000) }];
    await makeImage(engine, { reference: direct, files, changes: ['CMD ["true"]'] });
    const digest = await pushImage(engine, direct);
    await forgetImage(engine, direct);
    const through = direct.replace(registry, faulty.address);
    faulty.setFault(`/${repository}/`, fault);
    return { reference: through, repository: through.slice(0, through.lastIndexOf(':')), tag, digest, imageId: null };
  }
  const pull = (image: PinnedImage, onProgress: (progress: PullProgress) => void = () => {}, signal?: AbortSignal) =>
    host.pullImage(image, onProgress, signal);

  it('counts bytes over all layers, and asks for nothing that is here', async () => {
    const image = await published('counted');
    const reports: PullProgress[] = [];
    await pull(image, (progress) => reports.push(progress));
    const last = reports.at(-1);
    expect(last?.totalBytes).toBeGreaterThan(2_000_000);
    expect(last?.doneBytes).toBe(last?.totalBytes);
    expect(last?.detail).toBe('1 of 1 layers, extracting');
    const asked = faulty.blobRequests.length;
    await pull(image);
    expect(faulty.blobRequests).toHaveLength(asked);
  });

  it.concurrent.each<[Fault, string]>([
    ['blob-500', 'registry-failed'],
    ['blob-truncated', 'registry-failed'],
    ['blob-flipped', 'registry-failed'],
    ['manifest-500', 'registry-failed'],
    ['unauthorized', 'registry-failed'],
    ['blob-stalled', 'registry-unreachable'],
  ])('%s is a failure, in a sentence with a hint, and leaves nothing behind', async (fault, code) => {
    const image = await published(`fault-${fault}`, '1.0', fault);
    const failure = await pull(image).catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ name: 'BelayError', code, hint: expect.stringMatching(/\S/) });
    // The engine's own reason where it gave one: not merely that no image came.
    const spoke = code === 'registry-failed' && fault !== 'unauthorized';
    expect((failure as BelayError).details).toEqual(spoke ? { engine: expect.stringMatching(/\S/) } : {});
    expect((failure as Error).message).toMatch(/^[A-Z\d][^\n]{20,260}\.?$/);
    expect(await host.inspectImage(image.reference)).toBeNull();
    expect(await host.inspectImage(`${image.repository}@${image.digest}`)).toBeNull();
    faulty.setFault(`/fault-${fault}/`, 'none');
    expect((await pull(image)).repoDigests).toContain(`${image.repository}@${image.digest}`);
  });

  it('says that it stood still, not merely that it failed', async () => {
    const image = await published('still', '1.0', 'blob-stalled');
    const startedAtMs = performance.now();
    await expect(pull(image)).rejects.toMatchObject({ message: expect.stringContaining('has not moved for 3 s') });
    expect(performance.now() - startedAtMs).toBeLessThan(10_000);
  });

  it('stops when it is told to', async () => {
    const image = await published('aborted', '1.0', 'blob-stalled');
    await expect(pull(image, () => {}, AbortSignal.timeout(500))).rejects.toMatchObject({ name: 'BelayError' });
    expect(await host.inspectImage(image.reference)).toBeNull();
  });

  it('takes the digest that was resolved, also when the tag has moved since', async () => {
    const image = await published('moved');
    expect(await host.resolveDigest(image.reference)).toBe(image.digest);
    const moved = await published('moved');
    expect(moved.digest).not.toBe(image.digest);
    const pulled = await pull(image);
    expect(pulled.repoDigests).toEqual([`${image.repository}@${image.digest}`]);
    expect((await host.inspectImage(image.reference))?.imageId).toBe(pulled.imageId);
    expect(await host.resolveDigest(image.reference)).toBe(moved.digest);
  });

  it('tells an unreachable registry, a missing tag and a lack of permission apart', async () => {
    const image = await published('told');
    const nowhere = `127.0.0.1:${await freePort()}/acme/server:1.0`;
    await expect(host.resolveDigest(nowhere)).rejects.toMatchObject({ code: 'registry-unreachable' });
    await expect(host.resolveDigest(`${image.repository}:9`)).rejects.toMatchObject({ code: 'not-found' });
    faulty.setFault('/told/', 'unauthorized');
    await expect(host.resolveDigest(image.reference)).rejects.toMatchObject({
      code: 'registry-failed',
      hint: expect.stringContaining(`docker login ${faulty.address}`),
    });
    await expect(host.resolveDigest('not a reference')).rejects.toMatchObject({ code: 'invalid-input' });
  });

  it('lists the tags of a real registry', async () => {
    const image = await published('listed', '1.0');
    await published('listed', '2.0');
    expect((await new HttpRegistry().tags(image.repository)).sort()).toEqual(['1.0', '2.0']);
  });
});
