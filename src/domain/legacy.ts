/**
 * How a vendor's older versions are gone back from: a command inside each node of the controller, which puts the version
 * before in its place there, and a restart.
 */
export interface LegacyProcedure {
  /** It is the way back from every version below this one. */
  below: string;
  /** In exec form: no shell. */
  command: string[];
  /** A command inside the controller whose output names the version that it goes back to; null where that is the release before. */
  previousVersionCommand: string[] | null;
  /** How long the command may take on each node. */
  deadlineMs: number;
}
