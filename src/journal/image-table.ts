import type { KnownImage, KnownImages } from '../domain/ports/known-images.ts';
import type { Statements } from './confirmation-table.ts';
import type { Row } from './rows.ts';

/** The rows of images that somebody brought here, or to the site's own registry. */
export class ImageTable implements KnownImages {
  readonly #database: Statements & { transaction<T>(work: () => T): T };

  constructor(database: Statements & { transaction<T>(work: () => T): T }) {
    this.#database = database;
  }

  find(repository: string, tag: string): KnownImage | null {
    const [row] = this.#database.all('SELECT * FROM image WHERE repository = ? AND tag = ?', repository, tag);
    return row ? readImage(row) : null;
  }

  all(repository: string): KnownImage[] {
    return this.#database.all('SELECT * FROM image WHERE repository = ? ORDER BY tag', repository).map(readImage);
  }

  keep(images: readonly KnownImage[]): void {
    this.#database.transaction(() => {
      for (const { repository, tag, digest, imageId, bundle, mirror, by, at } of images) {
        this.#database.run(
          'INSERT OR REPLACE INTO image (repository, tag, digest, image_id, bundle, mirror, by, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
          repository,
          tag,
          digest,
          imageId,
          bundle,
          mirror,
          by,
          at.toISOString(),
        );
      }
    });
  }
}

const readImage = (row: Row): KnownImage => ({
  repository: row['repository'] as string,
  tag: row['tag'] as string,
  digest: row['digest'] as string,
  imageId: row['image_id'] as string,
  bundle: row['bundle'] as string | null,
  mirror: row['mirror'] as string | null,
  by: row['by'] as string,
  at: new Date(row['at'] as string),
});
