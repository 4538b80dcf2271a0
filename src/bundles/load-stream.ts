import { createHash } from 'node:crypto';
import type { BundleReading, VerifiedBundle, VerifiedImage } from '../domain/ports/bundle-store.ts';
import { damaged } from '../slots/archive/tar-entry.ts';
import { readTar } from '../slots/archive/tar-reader.ts';
import { END_OF_ARCHIVE, entryHeader, entryPadding, textEntry } from '../slots/archive/tar-writer.ts';
import { blobName, digestOfName, INDEX, indexText, LAYOUT, LAYOUT_TEXT } from './contents.ts';
import { bytesOf } from './file.ts';

/** `docker save`'s own list of what is in it; engines that know no OCI layout go by it. */
const ENGINE_LIST = 'manifest.json';

/**
 * Images of a bundle as a tar file that an engine loads. Each part is held against its digest once more, because the
 * file may have changed since it was verified; where it has, the stream breaks off, and the engine loads nothing.
 */
export async function* loadStream(
  path: string,
  images: readonly VerifiedImage[],
  platform: VerifiedBundle['platform'],
  { onProgress, signal }: Pick<BundleReading, 'onProgress' | 'signal'>,
): AsyncGenerator<Buffer> {
  const wanted = new Set(images.flatMap(({ manifest, imageId, layers }) => [manifest.digest, imageId, ...layers]));
  const bytes = bytesOf(path, signal);
  let doneBytes = 0;
  try {
    for await (const { entry, content } of readTar(bytes)) {
      const digest = digestOfName(entry.name);
      if (digest === null || !wanted.delete(digest)) continue;
      const plain = textEntry(entry.name, entry.sizeBytes, 0);
      yield entryHeader(plain);
      const sum = createHash('sha256');
      for await (const chunk of content) {
        sum.update(chunk);
        yield chunk;
        doneBytes += chunk.length;
        onProgress({ doneBytes, totalBytes: 0, phase: 'loading' });
      }
      if (`sha256:${sum.digest('hex')}` !== digest) throw changedSince();
      yield entryPadding(plain);
    }
  } finally {
    await bytes.return(undefined);
  }
  if (wanted.size > 0) throw changedSince();
  const list = images.map(({ imageId, layers }) => ({ Config: blobName(imageId), Layers: layers.map(blobName) }));
  const named = images.map(({ reference: name, tag, manifest }) => ({ name, tag, manifest }));
  yield* textFile(LAYOUT, LAYOUT_TEXT);
  yield* textFile(INDEX, indexText(named, platform));
  yield* textFile(ENGINE_LIST, JSON.stringify(list));
  yield END_OF_ARCHIVE;
}

function* textFile(name: string, content: string): Generator<Buffer> {
  const text = Buffer.from(content);
  const entry = textEntry(name, text.length, 0);
  yield Buffer.concat([entryHeader(entry), text, entryPadding(entry)]);
}

const changedSince = () => damaged('it has changed since it was verified');
