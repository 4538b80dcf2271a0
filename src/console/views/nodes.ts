import { nodeText } from '../../api/contract/cluster-text.ts';
import type { NodeView } from '../../api/contract/cluster-views.ts';
import type { OperationView, StepView } from '../../api/contract/operation-views.ts';
import { type Child, h } from '../element.ts';
import { icon } from '../icon.ts';
import { STEP_STATES } from '../words.ts';

/** One line for each node of the controller; nothing where it has only one. */
export function nodeList(operation: OperationView): Child {
  const { nodes } = operation;
  if (nodes.length === 0) return null;
  return h(
    'ul',
    { class: 'steps nodes', 'data-key': 'nodes', 'aria-label': 'Nodes' },
    nodes.map((node) => nodeItem(node, operation)),
  );
}

/** Drawn as a step that is so far. */
const LIKE: Partial<Record<NodeView['state'], StepView['status']>> = {
  waiting: 'pending',
  done: 'done',
  failed: 'failed',
  'going-back': 'reverting',
  back: 'reverted',
};

function nodeItem(node: NodeView, operation: OperationView): HTMLElement {
  const status = LIKE[node.state] ?? 'running';
  return h(
    'li',
    { class: `step step-${status}`, 'data-key': node.name },
    icon(STEP_STATES[status].icon),
    h('span', { class: 'step-title' }, node.name),
    h('span', { class: 'step-detail' }, nodeText(node, operation)),
  );
}
