import type { Instance } from '../domain/ports/container-host.ts';
import type { StepContext } from '../domain/step.ts';

/** SIGKILL: it did not heed its stop signal in time. */
const KILLED = 137;

/** Keeps with what codes services have ended that were turned off, and which of them had to be killed. */
export function noteExits(
  { facts, learn }: Pick<StepContext, 'facts' | 'learn'>,
  ended: readonly { service: { name: string }; instance: Instance }[],
): void {
  const { exitCodes = {}, forcedStops = [] } = facts();
  const killed = ended.filter(({ instance }) => instance.exitCode === KILLED);
  learn({
    exitCodes: {
      ...exitCodes,
      ...Object.fromEntries(ended.map(({ service, instance }) => [service.name, instance.exitCode])),
    },
    forcedStops: [...new Set([...forcedStops, ...killed.map(({ service }) => service.name)])],
  });
}
