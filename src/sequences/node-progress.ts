import type { NodeState } from '../domain/cluster.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import type { StepContext } from '../domain/step.ts';

/** Keeps how far a node is. Before anything is done to it, so that whatever is begun can be taken back. */
export function noteNode(
  context: StepContext,
  { name }: ServiceSpec,
  state: NodeState,
  reason: string | null = null,
): void {
  const { facts, learn } = context;
  learn({ nodes: { ...facts().nodes, [name]: { state, reason } } });
}

/** Whether an operation has begun with a node by itself. */
export const isBegun = ({ facts }: StepContext, { name }: ServiceSpec): boolean => facts().nodes?.[name] !== undefined;
