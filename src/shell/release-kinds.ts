import type { Client } from '../api/client/client.ts';
import type { ReleaseNameView } from '../api/contract/views.ts';
import type { Candidate, Kind } from './command.ts';
import { formatAge } from './format.ts';

const offered =
  (isWanted: (release: ReleaseNameView) => boolean) =>
  async (client: Client, signal: AbortSignal): Promise<Candidate[]> => {
    const nowMs = Date.now();
    return (await client.releaseNames(signal)).filter(isWanted).map(({ id, version, status, created }) => ({
      text: id,
      help: `${version}, ${status}, ${formatAge(created, nowMs)}`,
    }));
  };

export const release: Kind = {
  metavar: 'RELEASE',
  problem: (text) => (/^r[a-z]{0,10}$/i.test(text) ? null : 'A release is R and ten letters, as in: show releases'),
  complete: offered(() => true),
};

/** A release that can be gone back to, which the active one is not. */
export const earlierRelease: Kind = { ...release, complete: offered(({ status }) => status !== 'active') };
