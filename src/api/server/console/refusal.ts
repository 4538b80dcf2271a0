import type { ErrorView } from '../../contract/error-view.ts';

/** What the front door answers itself, with a status of its own. */
export class Refusal extends Error {
  readonly status: number;
  readonly view: ErrorView;
  readonly headers: Record<string, string>;

  constructor(status: number, code: string, message: string, hint: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.view = { error: { code, message, hint, details: {} } };
    this.headers = headers;
  }
}
