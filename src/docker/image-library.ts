import { BelayError } from '../domain/errors.ts';
import { type Descriptor, imageFor, type Platform, readImageManifest } from '../domain/image-manifest.ts';
import type { ImageLibrary, ImageParts, ManifestFile } from '../domain/ports/image-library.ts';
import { readBlob, readManifestFile } from './registry-blobs.ts';
import { RegistrySession } from './registry-session.ts';
import { hasBlob, sendBlob, sendManifest } from './registry-upload.ts';

/** An image, or an index of images, with everything below it: what has to be there first comes first. */
interface Tree {
  manifests: ManifestFile[];
  blobs: Descriptor[];
}

/** Registries by their HTTP API: the engine itself gives no part of an image as its registry has it. */
export class HttpImageLibrary implements ImageLibrary {
  async parts(repository: string, digest: string, platform: Platform, signal: AbortSignal): Promise<ImageParts> {
    const session = new RegistrySession(repository);
    const first = await readManifestFile(session, digest, signal);
    const read = readImageManifest(first.text);
    if (read.kind === 'image') return { index: null, manifest: first, config: read.config, layers: read.layers };
    const manifest = await readManifestFile(session, imageFor(read, platform).digest, signal);
    const image = readImageManifest(manifest.text);
    if (image.kind === 'index') throw tooDeep(repository);
    return { index: first, manifest, config: image.config, layers: image.layers };
  }

  blob(repository: string, part: Descriptor, offsetBytes: number, signal: AbortSignal): AsyncIterable<Buffer> {
    return readBlob(new RegistrySession(repository), part, offsetBytes, signal);
  }

  async copy(
    image: { repository: string; digest: string },
    to: { repository: string; tag: string },
    onProgress: (doneBytes: number, totalBytes: number) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const source = new RegistrySession(image.repository);
    const target = new RegistrySession(to.repository, 'pull,push');
    const { manifests, blobs } = await treeOf(source, image.digest, signal);
    const totalBytes = blobs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    let doneBytes = 0;
    for (const blob of blobs) {
      const beforeBytes = doneBytes;
      if (!(await hasBlob(target, blob.digest, signal))) {
        const counted = async function* () {
          for await (const chunk of readBlob(source, blob, 0, signal)) {
            yield chunk;
            doneBytes += chunk.length;
            onProgress(doneBytes, totalBytes);
          }
        };
        await sendBlob(target, blob, counted(), signal);
      }
      doneBytes = beforeBytes + blob.sizeBytes;
      onProgress(doneBytes, totalBytes);
    }
    for (const manifest of manifests) {
      await sendManifest(target, manifest, manifest.digest === image.digest ? to.tag : manifest.digest, signal);
    }
  }

  async digestOf(repository: string, tag: string, signal: AbortSignal): Promise<string | null> {
    try {
      return (await readManifestFile(new RegistrySession(repository), tag, signal)).digest;
    } catch (thrown) {
      if (thrown instanceof BelayError && thrown.code === 'not-found') return null;
      throw thrown;
    }
  }
}

async function treeOf(source: RegistrySession, digest: string, signal: AbortSignal, depth = 0): Promise<Tree> {
  if (depth > 1) throw tooDeep(source.repository);
  const file = await readManifestFile(source, digest, signal);
  const read = readImageManifest(file.text);
  if (read.kind === 'image') return { manifests: [file], blobs: onceEach([read.config, ...read.layers]) };
  const below: Tree[] = [];
  for (const each of read.manifests) below.push(await treeOf(source, each.digest, signal, depth + 1));
  return {
    manifests: [...onceEach(below.flatMap(({ manifests }) => manifests)), file],
    blobs: onceEach(below.flatMap(({ blobs }) => blobs)),
  };
}

const onceEach = <Part extends Descriptor>(parts: Part[]): Part[] => [
  ...new Map(parts.map((part) => [part.digest, part])).values(),
];

const tooDeep = (repository: string): BelayError =>
  new BelayError('refused', `The image of ${repository} is an index of indexes, which cannot be carried.`);
