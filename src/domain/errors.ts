/** What went wrong, told apart by code and never by the sentence. */
export type ErrorCode =
  | 'invalid-input' // the request itself is malformed
  | 'not-found' // no such appliance, release, container, version
  | 'ambiguous' // several things fit what was named
  | 'busy' // another operation holds the appliance
  | 'refused' // understood, and not allowed as things are
  | 'no-space'
  | 'engine-unreachable' // no Docker Engine answers
  | 'engine-failed' // the engine answered with an error
  | 'container-stuck' // the engine can never start this container again, whatever is asked of it
  | 'registry-unreachable'
  | 'registry-failed'
  | 'gate-failed' // the new release did not prove itself
  | 'hook-failed' // a command of the vendor's did not do what it is for
  | 'data-missing' // a slot is not where the journal says, or is another one
  | 'journal-unusable'
  | 'no-daemon' // nothing answers on the socket
  | 'interrupted'
  | 'internal';

export interface BelayErrorOptions {
  /** The next command to type, or what to do. One sentence. */
  hint?: string;
  /** Evidence for the journal, such as the last lines of a container's log. Must be JSON. */
  details?: Record<string, unknown>;
  cause?: unknown;
}

/** The one error class: a code for programs, a sentence for people, a hint for what to do next. */
export class BelayError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | null;
  readonly details: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, options: BelayErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'BelayError';
    this.code = code;
    this.hint = options.hint ?? null;
    this.details = options.details ?? {};
  }
}

/** Turns whatever was thrown into a BelayError, so that callers handle one shape. */
export function toBelayError(thrown: unknown): BelayError {
  if (thrown instanceof BelayError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const system = (thrown as { code?: unknown; path?: unknown } | null)?.code;
  if (system === 'ENOSPC' || system === 'EDQUOT') {
    const path = (thrown as { path?: unknown }).path;
    return new BelayError(
      'no-space',
      `No space is left${typeof path === 'string' ? ` for ${path}` : ' on the disk'}.`,
      {
        hint: 'Free some space and try again.',
        cause: thrown,
      },
    );
  }
  return new BelayError('internal', message, { cause: thrown });
}
