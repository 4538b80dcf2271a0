import type { ManifestEntry } from './schema.ts';

/** A manifest as its author handed it in: texts, because the file may lie on another machine than the daemon. */
export interface ManifestSource {
  /** As it was named, for messages. */
  file: string;
  /** Absolute: what relative host paths begin at. */
  directory: string;
  text: string;
  /** `.env` and the environment files that it names, by their path from the manifest's directory. */
  files: Readonly<Record<string, string>>;
}

/** A manifest that has been read and has nothing wrong with it. */
export interface Manifest {
  source: ManifestSource;
  entry: ManifestEntry;
  directory: string;
  /** Complete, by service: environment files and what stands in the manifest over them. */
  environments: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The images before variables were put in, by service. */
  writtenImages: Readonly<Record<string, string>>;
}
