import { BelayError } from '../../domain/errors.ts';
import type { Obstacle } from '../../domain/plan.ts';

/** Throws the first of what stands in the way; the others are in its details. */
export function refuseObstacles(obstacles: Obstacle[]): void {
  const [first, ...others] = obstacles;
  if (!first) return;
  const more = others.length > 0 ? ` (and ${others.length} more: see the plan)` : '';
  throw new BelayError(first.code, first.message + more, {
    ...(first.hint ? { hint: first.hint } : {}),
    details: { obstacles },
  });
}
