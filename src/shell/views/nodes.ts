import type { ClusterView, NodeView } from '../../api/contract/cluster-views.ts';
import type { OperationView } from '../../api/contract/views.ts';
import type { Paint } from '../paint.ts';
import { wrap } from '../width.ts';

const words: Record<NodeView['state'], string> = {
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

const marks: Record<NodeView['state'], string> = {
  waiting: '·',
  stopping: '▸',
  copying: '▸',
  starting: '▸',
  procedure: '▸',
  restarting: '▸',
  proving: '▸',
  done: '✔',
  failed: '✖',
  'going-back': '↩',
  back: '↩',
};

function paintMark({ state, reason }: NodeView, paint: Paint): (text: string) => string {
  if (state === 'done') return paint.good;
  if (state === 'waiting') return paint.faint;
  if (state === 'failed' || reason !== null) return paint.bad;
  return state === 'back' || state === 'going-back' ? paint.warn : paint.accent;
}

/** Where a node is, in words: `done, on 2.0`, `back on 1.0: it exited with code 1`. */
export function nodeText(
  { state, reason }: NodeView,
  { from, to, state: of }: Pick<OperationView, 'from' | 'to' | 'state'>,
) {
  const why = reason === null ? '' : `: ${reason}`;
  if (state === 'waiting') return of === 'running' ? words.waiting : `untouched, on ${from}`;
  if (state === 'done') return `on ${to}`;
  if (state === 'back') return `back on ${from}${why}`;
  return `${words[state]}${why}`;
}

interface Room {
  width: number;
  paint: Paint;
  /** At most so many lines: where that is too few, how many nodes are over is told in one. */
  height?: number;
}

/** One line for each node of the controller, or more where it has something to say; none where it has only one node. */
export function nodeLines(
  operation: OperationView,
  { width, paint, height = Number.POSITIVE_INFINITY }: Room,
): string[] {
  const { nodes, to } = operation;
  if (nodes.length === 0 || height < 1) return [];
  const longest = Math.min(20, Math.max(...nodes.map(({ name }) => name.length)));
  const lines = [
    'Nodes',
    ...nodes.flatMap((node) => {
      const head = `${node.name.padEnd(longest)}  `;
      const [first = '', ...more] = wrap(nodeText(node, operation), Math.max(10, width - 3 - head.length));
      const indent = ' '.repeat(head.length + 3);
      return [` ${paintMark(node, paint)(marks[node.state])} ${head}${first}`, ...more.map((line) => indent + line)];
    }),
  ];
  if (lines.length <= height) return lines;
  return [`Nodes: ${nodes.filter(({ state }) => state === 'done').length} of ${nodes.length} on ${to}`];
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
