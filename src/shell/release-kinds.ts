import type { Client } from '../api/client/client.ts';
import type { ReleaseNameView } from '../api/contract/release-views.ts';
import type { Candidate, Kind } from './command.ts';
import { formatAge } from './format.ts';
import { version } from './kinds.ts';

const offered =
  (isWanted: (release: ReleaseNameView) => boolean) =>
  async (client: Client, signal: AbortSignal): Promise<Candidate[]> => {
    const nowMs = Date.now();
    return (await client.releaseNames(signal)).filter(isWanted).map(({ id, version, status, created }) => ({
      text: id,
      help: `${version}, ${status}, ${formatAge(created, nowMs)}`,
    }));
  };

/** Also where only its first letters were typed. */
export const looksLikeReleaseId = (text: string): boolean => /^r[a-z]{0,10}$/i.test(text);

/** A version has a digit, which no id has. */
const looksLikeVersion = (text: string) => /\d/.test(text) && version.problem(text) === null;

export const release: Kind = {
  metavar: 'RELEASE',
  problem: (text) =>
    looksLikeReleaseId(text) || looksLikeVersion(text)
      ? null
      : 'A release is R and ten letters, as in show releases, or the version that it runs.',
  complete: offered(() => true),
};

/** A release that can be gone back to, which the active one is not. */
export const earlierRelease: Kind = { ...release, complete: offered(({ status }) => status !== 'active') };
