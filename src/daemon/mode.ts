export type Fetch = (request: Request, env: object) => Response | Promise<Response>;

/** The daemon as it is with the journal that there is. */
export interface Mode {
  fetch: Fetch;
  /** Takes up what an earlier daemon left unfinished. */
  begin(): void;
  /** Ends at the next safe point and closes the journal. */
  stop(): Promise<void>;
}
