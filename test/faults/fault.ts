import type { Stage } from './stage.ts';
import type { StageOptions } from './stage-parts.ts';

/** What is going on when a fault is planted. */
export type ScenarioName =
  | 'upgrade'
  | 'rollback'
  | 'rollback to an archive'
  | 'restore'
  | 'recovery of an upgrade'
  | 'recovery of a rollback';

/**
 * Where the fault must end. `table`: back where the runbook goes back at this place, and forward behind that;
 * `through`: as if nothing had happened; `either`: one of the two; `refused`: nothing is changed, and the
 * answer says so before the operation begins.
 */
export type End = 'table' | 'through' | 'either' | 'refused';

/** Where in an operation something happens: the point at which the daemon is held. */
export interface Place {
  scenario: ScenarioName;
  step: string;
  /** `intent`: before the step acts; `acted`: when it has, before the journal knows; `done`: when it knows. */
  phase: string;
}

/** A fault of shared/FAULTS.md, as it is planted for real. */
export interface Fault {
  row: number;
  name: string;
  /** The steps at which it is planted, by scenario; `all` of them, or those that are named. */
  at: Partial<Record<ScenarioName, 'all' | readonly string[]>>;
  /** At every step before it acts, unless told otherwise. */
  phases?: readonly string[];
  /** Why it is not planted elsewhere: a line of the legend. */
  notElsewhere?: string;
  end: End;
  /** What the reason, or the refusal, must name. Only where it did not go through. */
  names?: RegExp;
  stage?: StageOptions;
  /** The version that is upgraded to; 2.0 where it does not matter. */
  version?: (stage: Stage) => Promise<string>;
  /** Before the operation is asked for. */
  prepare?: (stage: Stage, place: Place) => Promise<void>;
  /** While the daemon is held: the fault itself. `go` lets the daemon go on. */
  strike?: (stage: Stage, go: () => void, place: Place) => Promise<void>;
  /** When the operation has ended, or has been refused. */
  lift?: (stage: Stage, place: Place) => Promise<void>;
  /** A look of the fault's own, when the operation has ended: one sentence for each violation. */
  inspect?: (stage: Stage, place: Place) => Promise<string[]>;
  /** It cannot be lifted: the same again ends the same. */
  lasts?: true;
  /** The one place at which it is planted in every run of the tests. */
  quick?: Place;
  /** The appliance cannot be used any more afterwards, and is made anew. */
  spoils?: true;
  /** How long the operation may take to end. */
  boundMs?: number;
}
