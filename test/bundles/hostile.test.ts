import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBundleStore } from '../../src/bundles/bundle-store.ts';
import { membersOf } from '../../src/bundles/members.ts';
import type { BundleContents } from '../../src/domain/ports/bundle-store.ts';
import type { TarEntry } from '../../src/slots/archive/tar-entry.ts';
import { END_OF_ARCHIVE, entryHeader, entryPadding, textEntry } from '../../src/slots/archive/tar-writer.ts';
import { contentsOf, digestOf, layerOf, PLATFORM, type SpecimenImage, specimenImage } from './specimen.ts';

const QUOTA_BYTES = 1 << 20;
let file: string;
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'belay-hostile-'));
  file = join(directory, 'acme.bundle');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

interface Piece {
  name: string;
  content: Buffer;
  entry?: Partial<TarEntry>;
}

const verify = () => {
  const signal = new AbortController().signal;
  return createBundleStore().verify(file, {
    platform: PLATFORM,
    quotaBytes: QUOTA_BYTES,
    onProgress: () => {},
    signal,
  });
};

/** A bundle piece by piece, with the sums of whatever is in it. */
function plant(pieces: Piece[], hasSums = true): void {
  const sums = pieces.map(({ name, content }) => `${createHash('sha256').update(content).digest('hex')}  ${name}\n`);
  const all = hasSums ? [...pieces, { name: 'belay/SHA256SUMS', content: Buffer.from(sums.join('')) }] : pieces;
  const blocks = all.flatMap(({ name, content, entry: changes }: Piece) => {
    const entry = { ...textEntry(name, content.length, 0), ...changes };
    return [entryHeader(entry), content, entryPadding(entry)];
  });
  writeFileSync(file, Buffer.concat([...blocks, END_OF_ARCHIVE]));
}

function piecesOf(images: readonly SpecimenImage[], changes: Partial<BundleContents> = {}): Piece[] {
  const blobs = new Map(images.flatMap((image) => [...image.blobs]));
  const members = membersOf(
    contentsOf(images, changes),
    images.map(({ parts }) => parts),
  );
  return members.slice(0, -1).map(({ name, source }) => ({
    name,
    content: 'text' in source ? source.text : (blobs.get(source.part.digest) as Buffer),
  }));
}

const good = () => piecesOf([specimenImage()]);
const text = (name: string, content: string): Piece => ({ name, content: Buffer.from(content) });
const blob = (content: Buffer): Piece => ({ name: `blobs/sha256/${digestOf(content).slice(7)}`, content });
type Said = { images: object[] };
const contents = (change: (said: Said) => object): Piece[] => {
  const [first, ...rest] = good();
  const said = JSON.parse(String(first?.content));
  return [text('belay/bundle.json', JSON.stringify(change(said))), ...rest];
};

describe('a bundle from outside', () => {
  it('is taken where it is what it says', async () => {
    plant(good());
    expect(await verify()).toMatchObject({ appliance: 'acme', unpackedBytes: expect.any(Number) });
  });

  it.each<[string, () => Piece[], string]>([
    ['leads out of it', () => [...good(), text('../etc/passwd', 'x')], 'leads out of it'],
    ['has an absolute name', () => [...good(), text('/etc/passwd', 'x')], 'absolute name'],
    [
      'has a link',
      () => [...good(), { ...text('blobs/x', ''), entry: { kind: 'symlink', linkName: '/etc' } }],
      'is a symlink',
    ],
    ['has a file of its own', () => [...good(), text('belay/install.sh', 'x')], 'does not belong in a bundle'],
    ['has a file twice', () => [...good(), good()[1] as Piece], 'more than once'],
    ['has a layer of no image', () => [...good(), blob(layerOf('bin/evil', 'x'))], 'belongs to none of its images'],
    ['lacks a layer', () => good().slice(0, -1), 'is missing'],
    [
      'has its layers first',
      () => [...good().slice(0, 3), ...good().slice(3).reverse()],
      'or comes before it is named',
    ],
    ['does not begin with what it is', () => good().slice(1), 'it does not begin with what it is'],
    ['is a snapshot', () => [text('belay/manifest.json', '{}')], 'it does not begin with what it is'],
    [
      'has another file under the name of a layer',
      () =>
        good().map((each, index, all) => (index === all.length - 1 ? { ...each, content: layerOf('a', 'b') } : each)),
      'is not what was written',
    ],
    [
      'has a layer that unpacks to another one',
      () => piecesOf([specimenImage({ diffIds: [digestOf('a'), digestOf('b')] })]),
      'unpacks to another layer than its image says',
    ],
    ['has fewer layers than it says', () => piecesOf([specimenImage({ diffIds: [] })]), 'not as many layers'],
    [
      'has an image of another kind of host in it',
      () => piecesOf([specimenImage({ platform: { os: 'linux', architecture: 'arm64' } })]),
      'is made for linux/arm64',
    ],
    [
      'is made for another kind of host',
      () => contents((said) => ({ ...said, platform: { os: 'linux', architecture: 'arm64' } })),
      'The bundle is made for linux/arm64, and this engine runs linux/amd64.',
    ],
    [
      'says another image than it has',
      () =>
        contents(({ images: [image], ...said }: Said) => ({
          ...said,
          images: [{ ...image, imageId: digestOf('x') }],
        })),
      'is another image than it says',
    ],
    [
      'gives an image a name that is none',
      () =>
        contents(({ images: [image], ...said }: Said) => ({
          ...said,
          images: [{ ...image, repository: '../../containers/x', reference: '../../containers/x:2.0' }],
        })),
      'is not the name of an image',
    ],
    [
      'gives an image two names',
      () =>
        contents(({ images: [image], ...said }: Said) => ({
          ...said,
          images: [{ ...image, repository: 'busybox' }],
        })),
      'is not the name of an image',
    ],
    ['is of a later format', () => contents((said) => ({ ...said, format: 2 })), 'cannot be read (format'],
    ['says it in another language', () => [text('belay/bundle.json', '{')], 'is not JSON'],
    [
      'unpacks to more than there is room for',
      () => piecesOf([specimenImage({ layers: [layerOf('zeros', Buffer.alloc(4 << 20))] })]),
      'would unpack to more than the 1 MiB that are free',
    ],
    [
      'has a layer that cannot be unpacked',
      () => {
        const [whole] = [gzipSync(layerOf('a', 'b'))];
        const image = specimenImage({ layers: [layerOf('a', 'b')] });
        const cut = (whole as Buffer).subarray(0, 40);
        const changed = JSON.parse(image.parts.manifest.text);
        changed.layers = [{ ...changed.layers[0], digest: digestOf(cut), size: cut.length }];
        const manifest = JSON.stringify(changed);
        const parts = {
          ...image.parts,
          manifest: { ...image.parts.manifest, text: manifest, digest: digestOf(manifest), sizeBytes: manifest.length },
          layers: [{ mediaType: '', digest: digestOf(cut), sizeBytes: cut.length }],
        };
        const blobs = new Map([...image.blobs, [digestOf(cut), cut]]);
        return piecesOf([{ image: { ...image.image, digest: digestOf(manifest) }, parts, blobs }]);
      },
      'cannot be unpacked',
    ],
  ])('is refused where it %s', async (_, pieces, message) => {
    plant(pieces());
    await expect(verify()).rejects.toMatchObject({ message: expect.stringContaining(message) });
    await expect(verify()).rejects.toMatchObject({ code: expect.stringMatching(/^(refused|invalid-input)$/) });
  });

  it('is refused without its sums, with a file behind them, and with one that they do not have', async () => {
    plant(good(), false);
    await expect(verify()).rejects.toThrow('its end is missing');
    const sums = (pieces: Piece[]) => {
      const lines = pieces.map(({ name, content }) => `${digestOf(content).slice(7)}  ${name}\n`);
      return text('belay/SHA256SUMS', lines.join(''));
    };
    plant([...good(), sums(good()), text('index.json', '{}')], false);
    await expect(verify()).rejects.toMatchObject({ code: 'refused' });
    plant([...good(), sums(good().slice(0, -1))], false);
    await expect(verify()).rejects.toThrow('that its list of sums does not have');
  });

  it('is refused wherever a byte of it differs or it ends too early', async () => {
    plant(good());
    const bytes = readFileSync(file);
    for (let at = 0; at < bytes.length - 1024; at += 271) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x21;
      writeFileSync(file, changed);
      const said = await verify().catch((error: { code: string }) => error.code);
      // What fills a block up says nothing, and so may be anything.
      if (typeof said !== 'string') expect(bytes[at], `at ${at}`).toBe(0);
      writeFileSync(file, bytes.subarray(0, at));
      await expect(verify(), `cut at ${at}`).rejects.toMatchObject({ code: 'refused' });
    }
  });

  it('is refused where it is packed once more, no tar file, empty or not there', async () => {
    plant(good());
    writeFileSync(file, gzipSync(readFileSync(file)));
    await expect(verify()).rejects.toThrow('it is no tar file');
    writeFileSync(file, '');
    await expect(verify()).rejects.toMatchObject({ code: 'refused' });
    await rm(file);
    await expect(verify()).rejects.toMatchObject({ code: 'not-found', message: `There is no file ${file}.` });
  });
});
