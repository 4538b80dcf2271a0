import type { Hooks } from './hooks.ts';
import type { LegacyProcedure } from './legacy.ts';
import type { NotifyRules } from './notify-rules.ts';
import type { GateRules, UpdateTrigger, Versioned } from './service-spec.ts';
import type { StaleLockRule } from './stale-lock.ts';

/** What the manifest says of a service that is not part of its container. */
export interface ServicePolicy {
  gate: Partial<GateRules>;
  versioned: Versioned | null;
  /** Absent in what an earlier release of Belay has stored. */
  update?: UpdateTrigger | null;
  /** The names of variables that nobody may see. */
  secrets?: string[];
}

/** What an appliance wants of Belay beyond single operations. Kept in the journal; the default where nobody has said otherwise. */
export interface Policy {
  /** What the product is called, in full. */
  title: string | null;
  /** Shown to everybody who enters the prompt; several lines. */
  banner: string | null;
  /** Stands in the prompt in the place of the appliance's name. */
  promptName: string | null;
  /** No upgrade or rollback goes below this version. */
  floor: string | null;
  /** How its vendor goes back from versions that are older than that. */
  legacy: LegacyProcedure | null;
  services: Record<string, ServicePolicy>;
  /** Where the data is that counts: in a database elsewhere. Null where nobody has said so. */
  data: 'external' | null;
  hooks: Hooks;
  staleLocks: StaleLockRule[];
  notify: NotifyRules;
  engines: {
    /** How many service engines may be off at the same time while they follow an upgrade; at least 1. */
    maxUnavailable: number;
  };
  retention: {
    /**
     * How many frozen slots stay as they are, so that going back to them takes a second; at least 1. Older ones
     * become archives.
     */
    instant: number;
  };
  /** The manifest that said so, as it was written, without the values of its variables. */
  manifest: { file: string; text: string } | null;
}

export const DEFAULT_POLICY: Policy = {
  title: null,
  banner: null,
  promptName: null,
  floor: null,
  legacy: null,
  services: {},
  data: null,
  hooks: {},
  staleLocks: [],
  notify: { webhooks: [], command: null },
  engines: { maxUnavailable: 1 },
  retention: { instant: 3 },
  manifest: null,
};

/** Completes what was stored by an earlier release of Belay, which may know fewer settings. */
export function completePolicy(
  stored: Partial<Omit<Policy, 'retention' | 'engines'>> & {
    retention?: Partial<Policy['retention']>;
    engines?: Partial<Policy['engines']>;
  },
): Policy {
  return {
    ...DEFAULT_POLICY,
    ...stored,
    engines: { ...DEFAULT_POLICY.engines, ...stored.engines },
    retention: { ...DEFAULT_POLICY.retention, ...stored.retention },
  };
}
