import { z } from 'zod';
import type { Release } from '../../domain/release.ts';
import { name, serviceSchema } from './service-schema.ts';
import { unwanted } from './tar-entry.ts';

/** The members that an archive describes itself with; everything else is below `data/`. */
export const MANIFEST = 'belay/manifest.json';
export const CHECKSUMS = 'belay/SHA256SUMS';
export const SEAL = 'belay/seal.json';

const manifestSchema = z.object({
  format: z.literal(1),
  appliance: z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,62}$/i),
  slot: z.string().regex(/^S[A-Z]{10}$/),
  frozenAt: z.iso.datetime().nullable(),
  archivedAt: z.iso.datetime(),
  release: z.object({
    id: z.string().regex(/^R[A-Z]{10}$/),
    version: name,
    by: z.string().max(100),
    createdAt: z.iso.datetime(),
    services: z.array(serviceSchema).min(1).max(2_000),
  }),
  mounts: z
    .array(
      z.object({
        key: z.string().min(1).max(4200),
        kind: z.enum(['volume', 'bind']),
        /** Bind mount: the path on the host. Null for a volume. */
        path: z.string().max(4096).nullable(),
        /** Where in the archive its data is: `data/1`. */
        directory: z.string().regex(/^data\/[1-9]\d{0,3}$/),
        type: z.enum(['directory', 'file']),
      }),
    )
    .max(1000),
});

/** What an archive says of itself: the release with its settings and images, and which mount lies where in it. */
export type ArchiveManifest = Omit<z.infer<typeof manifestSchema>, 'release'> & {
  release: Pick<Release, 'id' | 'version' | 'by' | 'services'> & { createdAt: string };
};

export const MAX_MANIFEST_BYTES = 16 << 20;

/** Reads a manifest; refused, with what is wrong, where it is none. */
export function readManifest(text: string): ArchiveManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unwanted('its manifest is not JSON');
  }
  const read = manifestSchema.safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw unwanted(`its manifest cannot be read (${issue?.path.join('.') || 'it'}: ${issue?.message})`);
  }
  const { directories, services } = {
    directories: read.data.mounts.map(({ directory }) => directory),
    services: read.data.release.services,
  };
  if (new Set(directories).size < directories.length) throw unwanted('two mounts of its manifest lie in one directory');
  if (services.filter(({ role }) => role === 'controller').length !== 1)
    throw unwanted('its release has not just one controller');
  return read.data as ArchiveManifest;
}
