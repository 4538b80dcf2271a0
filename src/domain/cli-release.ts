/** A release of Belay itself, as its package describes it. */
export interface CliPackage {
  version: string;
  /** How many migrations of the journal it knows. */
  journalFormat: number;
  /** The oldest major release of Node that it runs on. */
  leastNode: number;
}

/** A release of Belay that lies on this host beside the others. */
export interface InstalledCli extends CliPackage {
  directory: string;
  installedAt: Date;
  /** The one that the next start runs. */
  isCurrent: boolean;
}

/** A change from one release of Belay to another. */
export interface CliChange {
  from: string | null;
  to: string;
  by: string;
  /** ISO 8601. */
  at: string;
  /** `begun` until the daemon has been handed over; `went-back` where the new one did not come up. */
  outcome: 'begun' | 'done' | 'went-back';
  reason: string | null;
}
