import type { Cluster, NodeProgress, NodeState } from './cluster.ts';
import type { OperationState, StepStatus } from './operation.ts';

/** What the steps that have to do with all nodes at the same time are to a node. */
const DOING: readonly [step: string, state: NodeState][] = [
  ['stop', 'stopping'],
  ['delta', 'copying'],
  ['start', 'starting'],
  ['legacy', 'procedure'],
  ['gate', 'proving'],
];

interface Seen {
  cluster: Cluster;
  /** As the journal has them. */
  noted: Readonly<Record<string, NodeProgress>>;
  steps: readonly { name: string; status: StepStatus; detail: string | null }[];
  state: OperationState;
}

/** How far each node is, in the cluster's order: noted by the steps that look after it by itself, or else told by where the operation is. */
export function nodesAt({ cluster, noted, steps, state }: Seen): ({ name: string } & NodeProgress)[] {
  return cluster.nodes.map((name) => {
    const own = noted[name];
    if (cluster.inTurn.includes(name)) return { name, ...(own ?? WAITING) };
    const all = together(steps, state);
    if (!own) return { name, ...all };
    // What takes all of them back says so of all of them.
    const isTakenBack = all.state === 'back' || all.state === 'going-back';
    return { name, ...(isTakenBack ? { state: all.state, reason: own.reason } : own) };
  });
}

const WAITING: NodeProgress = { state: 'waiting', reason: null };

function together(steps: Seen['steps'], state: OperationState): NodeProgress {
  const own = DOING.flatMap(([name, doing]) => {
    const step = steps.find((each) => each.name === name);
    return step ? [{ ...step, doing }] : [];
  });
  const begun = own.filter(({ status }) => status !== 'pending' && status !== 'skipped');
  const failed = begun.find(({ status }) => status === 'failed');
  const reason = failed?.detail?.replace(/\.$/, '') ?? null;
  if (begun.length === 0) return WAITING;
  if (state === 'rolled-back') return { state: 'back', reason };
  if (begun.some(({ status }) => status === 'reverting' || status === 'reverted'))
    return { state: 'going-back', reason };
  if (failed) return { state: 'failed', reason };
  const running = begun.find(({ status }) => status === 'running');
  if (running) return { state: running.doing, reason: null };
  return begun.length === own.length
    ? { state: 'done', reason: null }
    : { state: begun.at(-1)?.doing ?? 'waiting', reason: null };
}
