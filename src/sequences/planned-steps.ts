import type { Release } from '../domain/release.ts';
import type { Step } from '../domain/step.ts';

/** The lines of a plan: the steps of a runbook without those that this operation does not need. */
export function plannedSteps(
  steps: readonly Step[],
  releases: { from: Release; to: Release },
  spared: readonly string[] = [],
): { name: string; title: string }[] {
  return steps
    .filter(({ name }) => !spared.includes(name))
    .map((step) => ({ name: step.name, title: step.title(releases) }));
}
