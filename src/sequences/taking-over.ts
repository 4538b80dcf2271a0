import type { Release } from '../domain/release.ts';
import { hasOwnData, keysOf, type ServiceSpec } from '../domain/service-spec.ts';
import type { StepContext } from '../domain/step.ts';

/**
 * Whether a service's container belongs to both releases of an operation: it goes on untouched, whichever way the
 * operation ends. By what the journal has now: a container that was made anew meanwhile is not shared any more.
 */
export function isShared({ journal, operation }: StepContext, { name }: ServiceSpec): boolean {
  if (operation.from === operation.to) return false;
  const containerOf = (release: string) => journal.instance(release, name)?.containerId;
  const container = containerOf(operation.from);
  return container !== undefined && container === containerOf(operation.to);
}

/** Whether it is an engine that goes over by itself, after the gate. */
function followsLater({ facts }: StepContext, { name }: ServiceSpec): boolean {
  const { following } = facts();
  return following !== undefined && following.maxUnavailable !== null && following.engines.includes(name);
}

/** Whether it is a node that goes over in its turn, with its data, once the controller has proved itself. */
const isInTurn = ({ facts }: StepContext, { name }: ServiceSpec): boolean =>
  facts().cluster?.inTurn.includes(name) === true;

/** The nodes of a release that go over in their turn, in that order. */
export const nodesInTurn = (context: StepContext, { services }: Release): ServiceSpec[] =>
  (context.facts().cluster?.inTurn ?? []).flatMap(
    (name) => services.find((service) => service.name === name && !isShared(context, service)) ?? [],
  );

/** Which of the slot's mounts go over in a node's turn, by their keys: everything else does at the switch. */
export const keysInTurn = (context: StepContext): Set<string> =>
  new Set(nodesInTurn(context, context.to).flatMap((node) => [...keysOf(node)]));

/** Whether it is an engine whose failure holds nothing up. */
export const mayFail = ({ facts }: StepContext, { name }: ServiceSpec): boolean =>
  facts().following?.engines.includes(name) === true;

/** Whether `start` and the gate have to do with it. */
export const takesOver = (context: StepContext, service: ServiceSpec): boolean =>
  !isShared(context, service) && !followsLater(context, service) && !isInTurn(context, service);

/** Whether it is turned off before the new release is started: what it writes must not be written any more once it is cloned for the last time. */
export const stopsFirst = (context: StepContext, service: ServiceSpec): boolean =>
  !isShared(context, service) &&
  !isInTurn(context, service) &&
  (hasOwnData(service) || !followsLater(context, service));
