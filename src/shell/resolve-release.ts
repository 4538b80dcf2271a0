import type { Client } from '../api/client/client.ts';
import { ShellError } from './failure.ts';

const FULL_LENGTH = 11;

/** The id of a release of which the first letters were typed, in either case. Throws `usage` where they do not decide it. */
export async function resolveRelease(client: Client, typed: string, signal: AbortSignal): Promise<string> {
  const start = typed.toUpperCase();
  if (start.length === FULL_LENGTH) return start;
  const fitting = (await client.releaseNames(signal)).filter(({ id }) => id.startsWith(start));
  const [only, another] = fitting;
  if (only && !another) return only.id;
  const message = only ? `Several releases begin with ${start}.` : `No release begins with ${start}.`;
  throw new ShellError('usage', message, 'See: show releases');
}
