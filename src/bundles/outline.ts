import type { BundleOutline, BundleReading } from '../domain/ports/bundle-store.ts';
import { damaged, unwanted } from '../slots/archive/tar-entry.ts';
import { readTar } from '../slots/archive/tar-reader.ts';
import { sizeOfFile } from '../slots/archive/whole-file.ts';
import { CONTENTS, MAX_TEXT_BYTES, readContents, requirePlatform } from './contents.ts';
import { bytesOf, elsewhere } from './file.ts';

/** Reads the first file of a bundle and no further. */
export async function outlineOf(
  path: string,
  { platform, signal }: Pick<BundleReading, 'platform' | 'signal'>,
): Promise<BundleOutline> {
  const sizeBytes = await sizeOfFile(path);
  const bytes = bytesOf(path, signal);
  try {
    for await (const { entry, content } of readTar(bytes)) {
      if (entry.kind === 'directory') continue;
      if (entry.name !== CONTENTS || entry.kind !== 'file' || entry.sizeBytes > MAX_TEXT_BYTES) {
        throw unwanted('it is no bundle of Belay: it does not begin with what it is', elsewhere(path));
      }
      const chunks: Buffer[] = [];
      for await (const chunk of content) chunks.push(Buffer.from(chunk));
      const { hasManifest: _, ...contents } = requirePlatform(
        readContents(Buffer.concat(chunks).toString('utf8')),
        platform,
      );
      return { ...contents, sizeBytes };
    }
    throw damaged('it is empty');
  } finally {
    await bytes.return(undefined);
  }
}
