import type { ServiceEngineView } from '../api/contract/service-engine-views.ts';
import type { Candidate, Kind } from './command.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;
const MOST = 1_000;

/** In the place of a name: all that a rollback has cut off. */
export const ALL_ORPHANED = 'orphaned';

const problem = (text: string): string | null =>
  NAME.test(text) ? null : 'A service engine has a name, as in: show serviceengines';

const help = ({ version, state }: ServiceEngineView): string => `${version}, ${state}`;

/** A service engine; those that are cut off first. */
export const serviceEngine: Kind = {
  metavar: 'NAME',
  problem,
  async complete(client, signal) {
    const engines = await client.serviceEngines(signal);
    const orphaned = engines.filter(({ state }) => state === 'orphaned');
    const all = orphaned.length > 1 ? [{ text: ALL_ORPHANED, help: `all ${orphaned.length} that are cut off` }] : [];
    const others = engines.filter(({ state }) => state !== 'orphaned');
    return [...all, ...[...orphaned, ...others].map((each) => ({ text: each.name, help: help(each) }))];
  },
};

/** A service engine that others can be copied from. */
export const engineGroup: Kind = {
  metavar: 'GROUP',
  problem,
  async complete(client, signal) {
    const counts = new Map<string, number>();
    for (const { group, state } of await client.serviceEngines(signal)) {
      if (state !== 'orphaned') counts.set(group, (counts.get(group) ?? 0) + 1);
    }
    return [...counts].map(([text, count]): Candidate => ({ text, help: `${count} now` }));
  },
};

/** How many there are to be. */
export const engineCount: Kind = {
  metavar: 'N',
  problem: (text) =>
    /^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= MOST ? null : `N is a number from 1 to ${MOST}.`,
  async complete(client, signal) {
    const now = (await client.serviceEngines(signal)).filter(({ state }) => state !== 'orphaned').length;
    return now === 0 ? [] : [{ text: `${Math.min(MOST, now + 1)}`, help: `one more than the ${now} that there are` }];
  },
};
