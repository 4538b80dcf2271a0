import type { ErrorView } from '../api/contract/error-view.ts';
import { printable } from '../shell/printable.ts';

const DEADLINE_MS = 180_000;
/** Less than this may be the way of the answer. */
const LEAST_SKEW_MS = 3_000;

/** An answer that says no, or none at all: then `status` is 0. */
export class ApiError extends Error {
  readonly status: number;
  readonly hint: string | null;

  constructor(status: number, message: string, hint: string | null) {
    super(message);
    this.status = status;
    this.hint = hint;
  }
}

let skewMs = 0;

/** The time by the daemon's clock, by which everything that it says is dated. */
export const nowMs = (): number => Date.now() + skewMs;

/** One request. What comes from outside is reduced to what can be seen, where it enters. Rejects with `ApiError`. */
export async function call<Answer>(
  path: string,
  query: Record<string, string | number | undefined> = {},
  change?: object,
): Promise<Answer> {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  const response = await fetch(search.size === 0 ? path : `${path}?${search}`, {
    signal: AbortSignal.timeout(DEADLINE_MS),
    ...(change === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(change) }),
  }).catch(() => {
    throw new ApiError(0, 'The daemon does not answer.', 'What was begun goes on. Try again in a moment.');
  });
  noteClock(response);
  const text = await response.text();
  if (!response.ok) throw errorOf(response.status, text);
  return (text === '' ? null : parse(text)) as Answer;
}

/** Parses JSON; every string in it becomes printable. */
export const parse = (text: string): unknown =>
  JSON.parse(text, (_name, value: unknown) => (typeof value === 'string' ? printable(value) : value));

function noteClock(response: Response): void {
  const date = Date.parse(response.headers.get('date') ?? '');
  const offMs = date - Date.now();
  if (Number.isFinite(offMs)) skewMs = Math.abs(offMs) < LEAST_SKEW_MS ? 0 : offMs;
}

function errorOf(status: number, text: string): ApiError {
  try {
    const { error } = parse(text) as ErrorView;
    return new ApiError(status, error.message, error.hint);
  } catch {
    return new ApiError(status, `The daemon answered with status ${status} and no reason.`, null);
  }
}
