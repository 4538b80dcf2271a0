import type { OperationView } from '../api/contract/operation-views.ts';
import type { ReleaseView, VersionsView } from '../api/contract/release-views.ts';
import type { ConfirmationView } from '../api/contract/running-views.ts';
import type { ApplianceView, SystemView } from '../api/contract/system-views.ts';
import { call } from './api.ts';

/** So many releases and operations at first, and so many more each time that somebody asks. */
const PAGE = 20;

/** What the daemon has said of one appliance. */
export interface Known {
  system: SystemView;
  /** By this page's monotonic clock. */
  heardAtMs: number;
  releases: readonly ReleaseView[];
  hasOlderReleases: boolean;
  history: readonly OperationView[];
  hasOlderHistory: boolean;
  /** Null until the registry has answered: nobody waits for it. */
  versions: VersionsView | null;
}

/** Everything of an appliance but its versions; as much of the lists as was shown before. */
export async function learn(appliance: string, before: Known | null): Promise<Known> {
  const releaseCount = Math.max(PAGE, before?.releases.length ?? 0);
  const historyCount = Math.max(PAGE, before?.history.length ?? 0);
  const [system, releases, history] = await Promise.all([
    call<SystemView>('/api/system', { appliance }),
    call<ReleaseView[]>('/api/releases', { appliance, limit: Math.min(1_000, releaseCount + 1) }),
    call<OperationView[]>('/api/upgrade/history', { appliance, limit: Math.min(1_000, historyCount + 1) }),
  ]);
  return {
    system,
    heardAtMs: performance.now(),
    releases: releases.slice(0, releaseCount),
    hasOlderReleases: releases.length > releaseCount,
    history: history.slice(0, historyCount),
    hasOlderHistory: history.length > historyCount,
    versions: before?.versions ?? null,
  };
}

export async function olderReleases(appliance: string, { releases }: Known): Promise<Partial<Known>> {
  const before = releases.at(-1)?.id;
  const more = await call<ReleaseView[]>('/api/releases', { appliance, before, limit: PAGE + 1 });
  return { releases: [...releases, ...more.slice(0, PAGE)], hasOlderReleases: more.length > PAGE };
}

export async function olderHistory(appliance: string, { history }: Known): Promise<Partial<Known>> {
  const limit = Math.min(1_000, history.length + PAGE + 1);
  const all = await call<OperationView[]>('/api/upgrade/history', { appliance, limit });
  return { history: all.slice(0, limit - 1), hasOlderHistory: all.length === limit && limit <= 1_000 };
}

export const appliances = (): Promise<ApplianceView[]> => call('/api/appliances');
export const versions = (appliance: string): Promise<VersionsView> => call('/api/versions', { appliance });
export const confirm = (appliance: string): Promise<ConfirmationView> =>
  call('/api/cluster/confirm', { appliance }, {});

export const extend = (appliance: string, duration: string): Promise<OperationView> =>
  call('/api/upgrade/extend', { appliance }, { duration });

/** What is left until it goes back by itself; null where nothing does. */
export function leftToConfirmMs({ system, heardAtMs }: Known): number | null {
  const { confirmation } = system;
  if (confirmation?.state !== 'pending' || confirmation.leftMs === null) return null;
  return Math.max(0, confirmation.leftMs - (performance.now() - heardAtMs));
}
