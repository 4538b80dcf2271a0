import type { UpgradePlanView } from './plan-views.ts';

const NAMED_AT_MOST = 5;

/** For a plan: which service engines follow, and how; null where none do. */
export function followingText(following: UpgradePlanView['engines']): string | null {
  if (!following) return null;
  const { engines, maxUnavailable } = following;
  const names = engines.length > NAMED_AT_MOST ? `${engines.length} service engines` : engines.join(', ');
  if (maxUnavailable === null) return `${names}: back at once, together with the controller`;
  return `${names}: after the controller has proved itself, ${maxUnavailable} at a time`;
}
