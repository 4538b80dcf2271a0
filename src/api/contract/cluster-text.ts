import type { ClusterView, NodeView } from './cluster-views.ts';
import type { OperationView } from './operation-views.ts';

const WORDS: Record<NodeView['state'], string> = {
  waiting: 'waiting for its turn',
  stopping: 'stopping',
  copying: 'bringing its data level',
  starting: 'starting',
  procedure: "running the vendor's procedure",
  restarting: 'restarting',
  proving: 'proving that it works',
  done: 'done',
  failed: 'failed',
  'going-back': 'going back',
  back: 'back',
};

/** Where a node is, in words: `done, on 2.0`, `back on 1.0: it exited with code 1`. */
export function nodeText(
  { state, reason }: NodeView,
  { from, to, state: of }: Pick<OperationView, 'from' | 'to' | 'state'>,
) {
  const why = reason === null ? '' : `: ${reason}`;
  if (state === 'waiting') return of === 'running' ? WORDS.waiting : `untouched, on ${from}`;
  if (state === 'done') return `on ${to}`;
  if (state === 'back') return `back on ${from}${why}`;
  return `${WORDS[state]}${why}`;
}

/** For a plan; null where the controller has only one node. */
export function clusterText(cluster: ClusterView | null, way: 'over' | 'back'): string | null {
  if (!cluster) return null;
  const { nodes, inTurn, because } = cluster;
  const first = nodes.filter((name) => !inTurn.includes(name)).join(', ');
  if (way === 'back') return `${nodes.join(', ')}: back at once, all of them together`;
  if (inTurn.length === 0) return `${first}: all of them together${because === null ? '' : `, because ${because}`}`;
  return `${first}, then ${inTurn.join(', ')}: one at a time, each with its own data; the others serve meanwhile`;
}
