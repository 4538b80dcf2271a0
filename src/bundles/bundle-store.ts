import type { BundleStore } from '../domain/ports/bundle-store.ts';
import { requireRoom, requireWritable, writeInParts } from '../slots/archive/whole-file.ts';
import { loadStream } from './load-stream.ts';
import { outlineOf } from './outline.ts';
import { readBundle } from './read-bundle.ts';
import { writeBundle } from './write-bundle.ts';

/** Bundles on the file systems of this machine. */
export function createBundleStore(): BundleStore {
  return {
    write: (path, contents, parts, blob, { platform, onProgress, signal }) =>
      writeInParts(path, async (partial) => {
        const report = (doneBytes: number, totalBytes: number) =>
          onProgress({ doneBytes, totalBytes, phase: 'writing' });
        const checkRoom = (missingBytes: number) => requireRoom(partial, missingBytes);
        await writeBundle(partial, contents, parts, { blob, onProgress: report, checkRoom, signal });
        return readBundle(partial, { platform, quotaBytes: Number.MAX_SAFE_INTEGER, onProgress, signal });
      }),
    requireWritable,
    outline: outlineOf,
    verify: readBundle,
    loadable: ({ path, bundle, images }, options) => loadStream(path, images, bundle.platform, options),
  };
}
