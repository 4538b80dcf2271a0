/** A sample appliance that runs, and the engine that it runs on. */
export interface Stage {
  /** As `DOCKER_HOST` has it. */
  dockerHost: string;
  /** The container of the sample appliance, which is the appliance's name, too. */
  container: string;
  /** Where the sample appliance answers on this machine. */
  url: string;
  /** Which engine this is and why, in a sentence or two. */
  engine: string;
}

/** What every stage is made with. */
export interface Making {
  /** The demo's own directory, which goes at the end. */
  directory: string;
  /** Takes away, in reverse order, what was started. */
  belongings: AsyncDisposableStack;
  /** Aborts when the demo is told to end. */
  signal: AbortSignal;
  /** Tells what takes its time. */
  say(sentence: string): void;
}
