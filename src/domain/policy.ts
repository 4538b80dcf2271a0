/** What an appliance wants of Belay beyond single operations. Kept in the journal; the default where nobody has said otherwise. */
export interface Policy {
  retention: {
    /**
     * How many frozen slots stay as they are, so that going back to them takes a second; at least 1. Older ones
     * become archives.
     */
    instant: number;
  };
}

export const DEFAULT_POLICY: Policy = { retention: { instant: 3 } };

/** Completes what was stored by an earlier release of Belay, which may know fewer settings. */
export function completePolicy(stored: { retention?: Partial<Policy['retention']> }): Policy {
  return { retention: { ...DEFAULT_POLICY.retention, ...stored.retention } };
}
