/** An image that somebody brought to this host, or to the site's own registry, so that no other registry is needed for it. */
export interface KnownImage {
  /** As releases call it, wherever it was brought from: `vendor.example/acme/server`. */
  repository: string;
  tag: string;
  /** The manifest's digest in the registry that it came from. */
  digest: string;
  /** Digest of its configuration: what the engine calls it, once it is here. */
  imageId: string;
  /** The file of the bundle; null where it is in a mirror. */
  bundle: string | null;
  /** The repository of the site's own registry: `registry.site:5000/acme/server`; null where it came in a bundle. */
  mirror: string | null;
  by: string;
  at: Date;
}

/** What the journal keeps of such images. What was brought last counts. */
export interface KnownImages {
  find(repository: string, tag: string): KnownImage | null;
  /** Every tag of a repository that was brought. */
  all(repository: string): KnownImage[];
  /** In one transaction. */
  keep(images: readonly KnownImage[]): void;
}
