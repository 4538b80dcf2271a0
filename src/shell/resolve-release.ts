import type { Client } from '../api/client/client.ts';
import { ShellError } from './failure.ts';
import { formatNames } from './format.ts';
import { looksLikeReleaseId } from './release-kinds.ts';

const FULL_LENGTH = 11;
const NAMED_AT_MOST = 4;

/**
 * The id of a release of which the first letters were typed, in either case, or the version where only one has had it.
 * Throws `usage` where that does not decide it.
 */
export async function resolveRelease(client: Client, typed: string, signal: AbortSignal): Promise<string> {
  const start = typed.toUpperCase();
  const isId = looksLikeReleaseId(typed);
  if (isId && start.length === FULL_LENGTH) return start;
  const fitting = (await client.releaseNames(signal)).filter(({ id, version }) =>
    isId ? id.startsWith(start) : version === typed,
  );
  const [only, another] = fitting;
  if (only && !another) return only.id;
  if (!only) throw new ShellError('usage', isId ? `No release begins with ${start}.` : `No release is ${typed}.`, SEE);
  if (isId) throw new ShellError('usage', `Several releases begin with ${start}.`, SEE);
  const named = fitting.map(({ id, status }) => `${id} (${status})`);
  throw new ShellError('usage', `Several releases are ${typed}: ${formatNames(named, NAMED_AT_MOST)}.`, SEE);
}

const SEE = 'See: show releases';
