import { BelayError } from '../../domain/errors.ts';
import type { Job } from '../../domain/job.ts';
import type { BundleProgress, VerifiedBundle } from '../../domain/ports/bundle-store.ts';
import type { Appliance } from '../../domain/ports/journal.ts';
import { controllerOf, type Release } from '../../domain/release.ts';
import { isVersion } from '../../domain/version.ts';
import type { JobControl, Jobs } from '../../runner/jobs.ts';
import { exportBundle, importBundle } from '../../sequences/bundles.ts';
import { mirrorVersion, registryOf } from '../../sequences/mirror.ts';
import { planBundleExport, planBundleImport, planMirror } from '../../sequences/plan-images.ts';
import type { ImageWorld } from '../../sequences/version-images.ts';

/** Bringing images to where no other registry is needed: jobs, because they take as long as the network does. */
export class ImageService {
  readonly #world: ImageWorld;
  readonly #jobs: Jobs;

  constructor(world: ImageWorld, jobs: Jobs) {
    this.#world = world;
    this.#jobs = jobs;
  }

  planExport(request: { active: Release; version: string; file: string }, signal: AbortSignal) {
    requireVersion(request.version);
    return planBundleExport(this.#world, request, signal);
  }

  planImport(file: string, signal: AbortSignal) {
    return planBundleImport(this.#world, file, signal);
  }

  planMirror(request: { active: Release; version: string; registry: string }, signal: AbortSignal) {
    requireVersion(request.version);
    return planMirror(this.#world, request, signal);
  }

  export(appliance: Appliance, active: Release, request: { version: string; file: string; by: string }): Job {
    const { version, file, by } = request;
    requireVersion(version);
    const job = { kind: 'export-bundle' as const, appliance: appliance.name, snapshot: null, file, by };
    return this.#jobs.start(job, async (control) => {
      const request = { appliance, active, version, file };
      const { images, sizeBytes } = await exportBundle(this.#world, request, watching(control));
      return {
        message: `${file} has ${counted(images.length)} of ${appliance.name} ${version} (${mebibytes(sizeBytes)}).`,
        hint: `On a host without internet access: import bundle ${file}`,
      };
    });
  }

  import(file: string, by: string): Job {
    const job = { kind: 'import-bundle' as const, appliance: null, snapshot: null, file, by };
    return this.#jobs.start(job, async (control) => {
      const { bundle, loaded } = await importBundle(this.#world, { file, by }, watching(control));
      const { version, appliance, images } = bundle;
      const rest = loaded > 0 ? '' : images.length === 1 ? ', which was here already' : ', which were here already';
      const owner = this.#ownerOf(bundle);
      return {
        ...(owner === null ? {} : { appliance: owner }),
        message: `This host has ${counted(images.length)} of ${appliance} ${version} from ${file}${rest}.`,
        hint: owner === null ? withoutAppliance(bundle, file) : this.#next(owner, version),
      };
    });
  }

  mirror(appliance: Appliance, active: Release, request: { version: string; registry: string; by: string }): Job {
    const { version, by } = request;
    requireVersion(version);
    const registry = registryOf(request.registry);
    const job = { kind: 'mirror' as const, appliance: appliance.name, snapshot: null, file: registry, by };
    return this.#jobs.start(job, async ({ report, signal }) => {
      const watch = { onProgress: report, signal };
      const { images, copied } = await mirrorVersion(this.#world, { active, version, registry, by }, watch);
      const rest = copied === 0 ? ' already' : '';
      return {
        message: `${registry} has ${counted(images.length)} of ${appliance.name} ${version}${rest}, and Belay fetches them from there now.`,
        hint: this.#next(appliance.name, version),
      };
    });
  }

  #next(owner: string, version: string): string {
    const { journal } = this.#world;
    const runs = journal.release(journal.appliance(owner)?.active ?? '')?.version;
    return runs === version
      ? `${owner} runs ${version} already: it stays as it is.`
      : `Next: upgrade system ${version}`;
  }

  /** The appliance here that the images are of. */
  #ownerOf({ images }: VerifiedBundle): string | null {
    const { journal } = this.#world;
    const owner = journal.appliances().find(({ active }) => {
      const release = journal.release(active);
      const repository = release && controllerOf(release).image.repository;
      return images.some((image) => image.repository === repository);
    });
    return owner?.name ?? null;
  }
}

function withoutAppliance({ manifest }: VerifiedBundle, file: string): string {
  if (manifest === null) return 'They are used by whatever needs them: an installation, an upgrade, a rollback.';
  return `To install it, take its manifest (tar -xf ${file} appliance.yaml), then: install appliance.yaml`;
}

function requireVersion(version: string): void {
  if (isVersion(version)) return;
  throw new BelayError('invalid-input', `"${version}" is not a version: a version is an image tag such as 2.1.0.`, {
    hint: 'See what there is: show versions',
  });
}

const watching = ({ report, signal }: JobControl) => ({
  onProgress: ({ doneBytes, totalBytes, phase }: BundleProgress) => report({ doneBytes, totalBytes, detail: phase }),
  signal,
});

const counted = (images: number): string => (images === 1 ? 'the image' : `the ${images} images`);
const mebibytes = (sizeBytes: number): string => `${Math.max(0.1, sizeBytes / (1 << 20)).toFixed(1)} MiB`;
