/** How much a record knows. */
export interface JournalKnowledge {
  appliances: number;
  releases: number;
  operations: number;
  /** Null where there has been none. `version` is the one that it was to bring. */
  lastOperation: {
    id: string;
    kind: string;
    appliance: string;
    state: string;
    /** When it ended, or else began; ISO 8601. */
    at: string;
    version: string | null;
  } | null;
}

export interface JournalCopy {
  /** Counts up: what a copy is called. */
  number: number;
  /** ISO 8601. */
  takenAt: string;
  path: string;
  sizeBytes: number;
  /** Why it cannot be restored, in one sentence; null where it can. */
  problem: string | null;
  knows: JournalKnowledge | null;
}

/** A container that Belay made, by its labels, for a release that the journal does not know. */
export interface Stranger {
  name: string;
  containerId: string;
  appliance: string;
  release: string;
  running: boolean;
}

/** What `journal check` finds. */
export interface JournalReport {
  path: string;
  /** `read-only`: it is shown, and nothing can be changed. `unusable`: it is not even shown. */
  state: 'usable' | 'read-only' | 'unusable';
  /** Why it is not usable, and what to do. */
  trouble: { message: string; hint: string | null } | null;
  sizeBytes: number | null;
  /** The file with the key of its secrets, which no copy of the journal has in it; null where there is none. */
  secretsKey: string | null;
  knows: JournalKnowledge | null;
  /** What is wrong with the record, a sentence each. */
  problems: string[];
  strangers: Stranger[];
  /** Newest first. */
  copies: JournalCopy[];
}

/** What `journal restore` did. */
export interface JournalRestored {
  copy: JournalCopy;
  /** Where the broken journal lies now; null where there was none. */
  setAside: string | null;
  report: JournalReport;
}
