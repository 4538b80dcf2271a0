import { createReadStream, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBundleStore } from '../../src/bundles/bundle-store.ts';
import { tar } from '../../src/demo/private-engine/tar.ts';
import type { BundleContents, BundleProgress } from '../../src/domain/ports/bundle-store.ts';
import { createArchiveStore } from '../../src/slots/archive/archive-store.ts';
import { readTar } from '../../src/slots/archive/tar-reader.ts';
import { contentsOf, digestOf, PLATFORM, type SpecimenImage, specimenImage } from './specimen.ts';

const store = createBundleStore();
const server = specimenImage();
const agent = specimenImage({ reference: 'vendor.example/acme/agent:2.0', isIndexed: true });
const LATER = new Date('2026-11-22T10:00:00.000Z');

let directory: string;
let file: string;
let partial: string;
/** Parts that were asked for, with the offset. */
let asked: { digest: string; offsetBytes: number }[];
let progress: BundleProgress[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'belay-bundle-'));
  file = join(directory, 'acme.bundle');
  partial = join(directory, '.acme.bundle.belay-partial');
  asked = [];
  progress = [];
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const signal = new AbortController().signal;
const watch = { platform: PLATFORM, onProgress: (each: BundleProgress) => void progress.push(each), signal };

function write(
  images: readonly SpecimenImage[],
  changes: Partial<BundleContents> = {},
  spoil: (bytes: Buffer) => Buffer = (bytes) => bytes,
) {
  const blobs = new Map(images.flatMap(({ blobs }) => [...blobs]));
  const blob = async function* (_: unknown, { digest }: { digest: string }, offsetBytes: number) {
    asked.push({ digest, offsetBytes });
    const bytes = spoil(blobs.get(digest) as Buffer).subarray(offsetBytes);
    for (let at = 0; at < bytes.length; at += 700) yield Buffer.from(bytes.subarray(at, at + 700));
  };
  const parts = images.map((each) => each.parts);
  return store.write(file, contentsOf(images, changes), parts, blob, watch);
}

describe('a bundle', () => {
  it('has each part once, and is what it says when it is read again', async () => {
    const written = await write([server, agent], { manifest: 'name: acme\n' });
    expect(written).toEqual(await store.verify(file, { ...watch, quotaBytes: 1 << 20 }));
    expect(written).toMatchObject({ version: '2.0', manifest: 'name: acme\n', images: [server.image, agent.image] });
    // Both images have the same layers.
    expect(new Set(asked.map(({ digest }) => digest)).size).toBe(asked.length);
    const names: string[] = [];
    for await (const { entry } of readTar(createReadStream(file))) names.push(entry.name);
    expect(names.slice(0, 4)).toEqual(['belay/bundle.json', 'oci-layout', 'index.json', 'appliance.yaml']);
    expect(names.at(-1)).toBe('belay/SHA256SUMS');
    expect(readdirSync(directory)).toEqual(['acme.bundle']);
    expect(progress.at(-1)).toMatchObject({ phase: 'verifying', doneBytes: readFileSync(file).length });
  });

  it('is loaded as a stream that has what each image needs, and nothing else', async () => {
    const bundle = await write([server, agent]);
    const images = bundle.images.slice(1);
    const found = new Map<string, Buffer>();
    const stream = store.loadable({ path: file, bundle, images }, { onProgress: watch.onProgress, signal });
    for await (const { entry, content } of readTar(stream)) {
      const chunks: Buffer[] = [];
      for await (const chunk of content) chunks.push(Buffer.from(chunk));
      found.set(entry.name, Buffer.concat(chunks));
    }
    const [listed] = JSON.parse(String(found.get('manifest.json')));
    expect(digestOf(found.get(listed.Config) as Buffer)).toBe(agent.image.imageId);
    expect(listed.Layers.map((name: string) => digestOf(found.get(name) as Buffer))).toEqual(
      agent.parts.layers.map(({ digest }) => digest),
    );
    const index = JSON.parse(String(found.get('index.json')));
    expect(index.manifests).toMatchObject([{ digest: agent.parts.manifest.digest, platform: PLATFORM }]);
    expect(found.size).toBe(3 + 2 + agent.parts.layers.length);
  });

  it('breaks off where the file has changed since it was verified', async () => {
    const bundle = await write([server]);
    const bytes = readFileSync(file);
    const layer = server.parts.layers[0]?.digest.slice(7) as string;
    const at = bytes.indexOf(`blobs/sha256/${layer}`) + 512 + 20;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    const stream = store.loadable({ path: file, bundle, images: bundle.images }, { onProgress: () => {}, signal });
    await expect(Array.fromAsync(stream)).rejects.toThrow('has changed since it was verified');
  });

  it('is not written over, and not begun where there is no directory', async () => {
    writeFileSync(file, 'mine');
    await expect(write([server])).rejects.toMatchObject({ code: 'refused', message: `${file} is there already.` });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    file = join(directory, 'nowhere', 'acme.bundle');
    await expect(write([server])).rejects.toMatchObject({ code: 'refused' });
  });

  it('cannot be where something is, where there is no directory, or below a file; and that is told beforehand', async () => {
    await store.requireWritable(file);
    writeFileSync(file, 'mine');
    await expect(store.requireWritable(file)).rejects.toThrow(`${file} is there already.`);
    await expect(store.requireWritable(join(directory, 'nowhere', 'acme.bundle'))).rejects.toMatchObject({
      code: 'refused',
      message: `There is no directory ${directory}/nowhere.`,
      hint: expect.stringMatching(/mkdir -p \S+\/nowhere$/),
    });
    await expect(store.requireWritable(join(file, 'acme.bundle'))).rejects.toThrow('There is no directory');
    expect(readdirSync(directory)).toEqual(['acme.bundle']);
  });

  it('says what it is without being read to its end', async () => {
    const outline = () => store.outline(file, { platform: PLATFORM, signal });
    await expect(outline()).rejects.toMatchObject({ code: 'not-found', message: `There is no file ${file}.` });
    await expect(store.outline(directory, { platform: PLATFORM, signal })).rejects.toThrow('There is no file');
    const { sizeBytes } = await write([server], { manifest: 'name: acme\n' });
    expect(await outline()).toEqual({
      ...{ appliance: 'acme', version: '2.0', images: [server.image], platform: PLATFORM, sizeBytes },
      createdAt: new Date('2026-11-21T10:00:00.000Z'),
    });
    await expect(
      store.outline(file, { platform: { os: 'linux', architecture: 'arm64' }, signal }),
    ).rejects.toMatchObject({ code: 'refused', hint: 'Export it on a host of the same kind.' });
    truncateSync(file, 4096);
    expect(await outline()).toMatchObject({ version: '2.0', sizeBytes: 4096 });
    writeFileSync(file, '');
    await expect(outline()).rejects.toMatchObject({ code: 'refused' });
  });

  it('is told from a snapshot, and a snapshot from it', async () => {
    await write([server]);
    const archives = createArchiveStore(join(directory, 'archives'));
    const importing = archives.import(file, join(directory, 'copy'), 1 << 20, () => {}, signal);
    await expect(importing).rejects.toMatchObject({
      message: 'The archive is refused: it is a bundle of images.',
      hint: expect.stringContaining('import bundle'),
    });
    for (const content of [Buffer.from('no tar file'), tar([{ path: 'mysql/ibdata1', content: 'x' }])]) {
      writeFileSync(file, content);
      const hint = expect.stringContaining(`import snapshot ${file}`);
      await expect(store.outline(file, { platform: PLATFORM, signal })).rejects.toMatchObject({
        code: 'refused',
        hint,
      });
    }
    expect(readdirSync(directory)).toEqual(['acme.bundle']);
  });

  it('is not made of what is not what its digest says', async () => {
    const spoil = (bytes: Buffer) => Buffer.concat([Buffer.from('?'), bytes.subarray(1)]);
    await expect(write([server], {}, spoil)).rejects.toMatchObject({ code: 'registry-failed' });
    expect(existsSync(file)).toBe(false);
    // What is there of it is not believed the next time.
    expect(await write([server])).toMatchObject({ version: '2.0' });
  });
});

describe('a bundle that was cut off', () => {
  it('goes on at any byte, and becomes the same file', async () => {
    await write([server, agent]);
    const whole = readFileSync(file);
    const first = server.parts.layers[0] as { digest: string; sizeBytes: number };
    const layerAt = whole.indexOf(`blobs/sha256/${first.digest.slice(7)}`) + 512;
    const cuts = [1, 511, 512, 700, layerAt, layerAt + 1, layerAt + first.sizeBytes - 1, whole.length - 1];
    for (let cut = 1500; cut < whole.length; cut += 1777) cuts.push(cut);
    for (const cut of cuts) {
      await rm(file, { force: true });
      writeFileSync(partial, whole.subarray(0, cut));
      asked = [];
      await write([server, agent], { createdAt: LATER });
      const isBegun = cut > 512 + 1400;
      if (isBegun) expect(readFileSync(file).equals(whole), `cut at ${cut}`).toBe(true);
      if (cut === layerAt + 1) expect(asked[0]).toEqual({ digest: first.digest, offsetBytes: 1 });
      if (cut === whole.length - 1) expect(asked).toEqual([]);
    }
  });

  it('is written anew from where it is not what it should be', async () => {
    await write([server, agent]);
    const whole = readFileSync(file);
    for (let at = 3000; at < whole.length; at += 1501) {
      await rm(file, { force: true });
      const spoiled = Buffer.from(whole);
      spoiled[at] = (spoiled[at] ?? 0) ^ 0x40;
      writeFileSync(partial, spoiled);
      await write([server, agent], { createdAt: LATER });
      expect(readFileSync(file).equals(whole), `spoiled at ${at}`).toBe(true);
    }
  });

  it('is begun anew where what lies there is another one, or no bundle', async () => {
    await write([agent]);
    writeFileSync(partial, readFileSync(file));
    await rm(file);
    await write([server]);
    expect((await store.verify(file, { ...watch, quotaBytes: 1 << 20 })).images).toMatchObject([server.image]);
    await rm(file);
    writeFileSync(partial, 'x'.repeat(5000));
    await write([server]);
    truncateSync(file, 4000);
    await expect(store.verify(file, { ...watch, quotaBytes: 1 << 20 })).rejects.toMatchObject({ code: 'refused' });
  });

  it('stops when it is told to, and keeps what has come', async () => {
    const abort = new AbortController();
    const blob = async function* (_: unknown, { digest }: { digest: string }, offsetBytes: number) {
      yield Buffer.from((server.blobs.get(digest) as Buffer).subarray(offsetBytes, offsetBytes + 10));
      abort.abort(new Error('enough'));
      yield Buffer.from((server.blobs.get(digest) as Buffer).subarray(offsetBytes + 10));
    };
    const options = { ...watch, signal: abort.signal };
    await expect(store.write(file, contentsOf([server]), [server.parts], blob, options)).rejects.toThrow();
    expect(existsSync(file)).toBe(false);
    expect(readFileSync(partial).length).toBeGreaterThan(1000);
    await write([server]);
    expect(asked[0]).toMatchObject({ offsetBytes: 10 });
  });
});
