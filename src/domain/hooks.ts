import type { OperationId } from './ids.ts';
import type { PinnedImage } from './service-spec.ts';

export const HOOK_NAMES = ['backup', 'restore', 'quiesce', 'thaw'] as const;
export type HookName = (typeof HOOK_NAMES)[number];

/** A command of the vendor's for data that Belay cannot clone: that of an external database above all. */
export interface Hook {
  /** In exec form: no shell, and not the image's entrypoint. */
  command: string[];
  /**
   * The service that it runs in or, with an image of its own, beside: with its environment and on its networks. Null
   * for the controller.
   */
  service: string | null;
  /** It runs in a container of its own of this image; in the service's container where there is none. */
  image: PinnedImage | null;
  environment: Record<string, string>;
  /** Host directories that a container of its own gets besides. */
  volumes: { source: string; target: string; readOnly: boolean }[];
  deadlineMs: number;
}

export type Hooks = Partial<Record<HookName, Hook>>;

/** What came of a hook in an operation. */
export interface HookRun {
  /** `legacy` is no hook, but the vendor's procedure to go back. */
  hook: HookName | 'legacy';
  /** The version that it was run for. */
  version: string;
  /** Where it ran, in words: `in server`, `in a container of acme/tools:1`. */
  where: string;
  /** Null where it did not end in time, or could not be begun. */
  exitCode: number | null;
  /** By the wall clock, ISO 8601. */
  at: string;
  tookMs: number;
  /** The last of what it said, without secrets. */
  output: string[];
}

/** Which hooks an operation runs, as they were when it was planned, and which backup it restores. */
export interface PlannedHooks {
  hooks: Hooks;
  /** The operation that made the backup which a rollback restores; null where it restores none. */
  backup: OperationId | null;
}

/** What an operation means for data outside of the appliance's mounts. */
export interface ExternalData {
  /** `said` by the manifest, or `assumed` because nothing is mounted that could be cloned. Null where hooks are all there is. */
  external: 'said' | 'assumed' | null;
  backup: boolean;
  restore: boolean;
  /** What becomes of it, in one sentence. */
  sentence: string;
}

export const hasSucceeded = ({ exitCode }: HookRun): boolean => exitCode === 0;
