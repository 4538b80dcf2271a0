import { join } from 'node:path';
import type { Disk } from './disk.ts';
import type { Events } from './events.ts';
import type { ImageRecord } from './image-definition.ts';
import { LabError } from './lab-error.ts';
import { parseReference } from './reference.ts';
import { readState, writeState } from './state-file.ts';

export interface LocalImage {
  record: ImageRecord;
  /** `repository:tag` */
  tags: string[];
  /** `repository@sha256:…` */
  digests: string[];
}

/** The images that the engine has here. */
export class Images {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #events: Events;
  #images: LocalImage[];

  constructor(disk: Disk, root: string, events: Events) {
    this.#disk = disk;
    this.#path = join(root, 'images.json');
    this.#events = events;
    this.#images = readState<LocalImage[]>(disk, this.#path, []);
  }

  list(): readonly LocalImage[] {
    return this.#images;
  }

  /** By `repository:tag`, `repository@digest`, both, id or the beginning of an id. */
  find(reference: string): LocalImage | null {
    const { repository, tag, digest } = parseReference(reference);
    const name = digest === '' ? `${repository}:${tag || 'latest'}` : `${repository}@${digest}`;
    const named = this.#images.find(({ tags, digests }) => (digest === '' ? tags : digests).includes(name));
    if (named) return named;
    const hex = reference.replace(/^sha256:/, '');
    if (!/^[0-9a-f]+$/.test(hex)) return null;
    return this.#images.find(({ record }) => record.id.startsWith(`sha256:${hex}`)) ?? null;
  }

  /** 404 with the engine's sentence where there is none. */
  get(reference: string): LocalImage {
    const image = this.find(reference);
    if (!image) throw new LabError(404, `No such image: ${reference}`);
    return image;
  }

  hasLayer(digest: string): boolean {
    return this.#images.some(({ record }) => record.layers.some((layer) => layer.digest === digest));
  }

  /** Keeps an image under what names it: a tag moves from the image that had it. */
  add(record: ImageRecord, names: { tag?: string; digest?: string }): LocalImage {
    let image = this.#images.find((candidate) => candidate.record.id === record.id);
    if (!image) {
      image = { record, tags: [], digests: [] };
      this.#images.unshift(image);
    }
    if (names.tag) {
      for (const other of this.#images) other.tags = other.tags.filter((tag) => tag !== names.tag);
      image.tags.push(names.tag);
    }
    if (names.digest && !image.digests.includes(names.digest)) image.digests.push(names.digest);
    this.#save();
    return image;
  }

  tag(reference: string, repository: string, tag: string): void {
    const name = `${repository}:${tag || 'latest'}`;
    const { record } = this.add(this.get(reference).record, { tag: name });
    this.#events.emit('image', 'tag', record.id, { name });
  }

  /**
   * Takes one name away, and the image with its last name; by id, all of it. 409 while a container uses it,
   * unless other names remain or `force` is set.
   */
  remove(reference: string, force: boolean, user: string | null): { Untagged?: string; Deleted?: string }[] {
    const image = this.get(reference);
    const { id } = image.record;
    const { repository, tag, digest } = parseReference(reference);
    const name = digest === '' ? `${repository}:${tag || 'latest'}` : `${repository}@${digest}`;
    const isNamed = image.tags.includes(name) || image.digests.includes(name);
    const goesWith = (other: string) => !isNamed || other === name || isLastDigestOf(image, name, other);
    const goingTags = image.tags.filter(goesWith);
    const goingDigests = image.digests.filter(goesWith);
    const isLast = goingTags.length === image.tags.length && goingDigests.length === image.digests.length;
    if (isLast && user !== null && !force) {
      const what = isNamed
        ? `unable to remove repository reference "${reference}"`
        : `unable to delete ${id.slice(7, 19)}`;
      throw new LabError(
        409,
        `conflict: ${what} (must force) - container ${user.slice(0, 12)} is using its referenced image ${id.slice(7, 19)}`,
      );
    }
    image.tags = image.tags.filter((other) => !goingTags.includes(other));
    image.digests = image.digests.filter((other) => !goingDigests.includes(other));
    if (isLast) this.#images = this.#images.filter((other) => other !== image);
    this.#save();
    const untagged = [...goingTags, ...goingDigests];
    for (const Name of untagged) this.#events.emit('image', 'untag', id, { name: Name });
    if (isLast) this.#events.emit('image', 'delete', id, { name: id });
    return [...untagged.map((Untagged) => ({ Untagged })), ...(isLast ? [{ Deleted: id }] : [])];
  }

  #save(): void {
    writeState(this.#disk, this.#path, this.#images);
  }
}

/** The last tag of a repository takes the repository's digests with it. */
function isLastDigestOf(image: LocalImage, tag: string, digest: string): boolean {
  const { repository } = parseReference(tag);
  if (!digest.startsWith(`${repository}@`) || tag.includes('@')) return false;
  return !image.tags.some((other) => other !== tag && parseReference(other).repository === repository);
}
