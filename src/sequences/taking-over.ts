import type { ServiceSpec } from '../domain/service-spec.ts';
import type { StepContext } from '../domain/step.ts';

/**
 * Whether a service's container belongs to both releases of an operation: it goes on untouched, whichever way the
 * operation ends. By what the journal has now: a container that was made anew meanwhile is not shared any more.
 */
export function isShared({ journal, operation }: StepContext, { name }: ServiceSpec): boolean {
  if (operation.from === operation.to) return false;
  const containerOf = (release: string) =>
    journal.instances(release).find(({ service }) => service === name)?.containerId;
  const container = containerOf(operation.from);
  return container !== undefined && container === containerOf(operation.to);
}

/** Whether it is an engine that goes over by itself, after the gate. */
function followsLater({ facts }: StepContext, { name }: ServiceSpec): boolean {
  const { following } = facts();
  return following !== undefined && following.maxUnavailable !== null && following.engines.includes(name);
}

/** Whether it is an engine whose failure holds nothing up. */
export const mayFail = ({ facts }: StepContext, { name }: ServiceSpec): boolean =>
  facts().following?.engines.includes(name) === true;

/** Whether `start` and the gate have to do with it. */
export const takesOver = (context: StepContext, service: ServiceSpec): boolean =>
  !isShared(context, service) && !followsLater(context, service);

/** What a service writes is in the slot: it must not write any more once that is cloned for the last time. */
const hasOwnData = ({ mounts }: ServiceSpec): boolean => mounts.some(({ slotKey }) => slotKey !== null);

/** Whether it is turned off before the new release is started. */
export const stopsFirst = (context: StepContext, service: ServiceSpec): boolean =>
  !isShared(context, service) && (hasOwnData(service) || !followsLater(context, service));
