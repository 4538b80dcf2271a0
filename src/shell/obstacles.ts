import type { UpgradePlanView } from '../api/contract/plan-views.ts';

/** Throws the first obstacle of a plan, as the daemon would if the operation were asked for. */
export function requireNoObstacle({ obstacles }: Pick<UpgradePlanView, 'obstacles'>): void {
  const [first] = obstacles;
  if (first) throw Object.assign(new Error(first.message), { code: first.code, hint: first.hint });
}
