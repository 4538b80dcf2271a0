import { nodeText } from '../../api/contract/cluster-text.ts';
import type { NodeView } from '../../api/contract/cluster-views.ts';
import type { OperationView } from '../../api/contract/operation-views.ts';
import type { Paint } from '../paint.ts';
import { wrap } from '../width.ts';

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
