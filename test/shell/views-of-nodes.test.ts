import { expect, test } from 'vitest';
import { clusterText } from '../../src/api/contract/cluster-text.ts';
import type { NodeView } from '../../src/api/contract/cluster-views.ts';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import type { RollbackPlanView } from '../../src/api/contract/plan-views.ts';
import { createPaint } from '../../src/shell/paint.ts';
import { nodeLines } from '../../src/shell/views/nodes.ts';
import { rollbackPlanLines } from '../../src/shell/views/rollback-plan.ts';
import { widthOf } from '../../src/shell/width.ts';

const paint = createPaint(false);
const of = (nodes: NodeView[], state: OperationView['state'] = 'running') =>
  ({ nodes, from: '1.0', to: '2.0', state }) as OperationView;
const node = (name: string, state: NodeView['state'], reason: string | null = null): NodeView => ({
  name,
  state,
  reason,
});

const HALFWAY = of([node('server', 'done'), node('node-2', 'copying'), node('node-3', 'waiting')]);

test('each node where it is', () => {
  expect(nodeLines(HALFWAY, { width: 80, paint })).toEqual([
    'Nodes',
    ' ✔ server  on 2.0',
    ' ▸ node-2  bringing its data level',
    ' · node-3  waiting for its turn',
  ]);
});

test('when it has gone back: which one it was, and what nobody has touched', () => {
  const ended = of(
    [node('server', 'back'), node('node-2', 'back', 'it exited with code 1'), node('node-3', 'waiting')],
    'rolled-back',
  );
  const lines = [
    ' ↩ server  back on 1.0',
    ' ↩ node-2  back on 1.0: it exited with code 1',
    ' · node-3  untouched, on 1.0',
  ];
  expect(nodeLines(ended, { width: 80, paint })).toEqual(['Nodes', ...lines]);
  const narrow = nodeLines(ended, { width: 30, paint });
  expect(narrow.slice(2, 4)).toEqual([' ↩ node-2  back on 1.0: it', '           exited with code 1']);
  expect(narrow.every((line) => widthOf(line) <= 30)).toBe(true);
});

test('on a low screen how many are over, and nothing where there is one node only', () => {
  expect(nodeLines(HALFWAY, { width: 80, paint, height: 3 })).toEqual(['Nodes: 1 of 3 on 2.0']);
  expect(nodeLines(of([]), { width: 80, paint })).toEqual([]);
});

test('a plan names them in the order in which they go', () => {
  const nodes = ['server', 'node-2', 'node-3'];
  expect(clusterText({ nodes, inTurn: ['node-2', 'node-3'], because: null }, 'over')).toBe(
    'server, then node-2, node-3: one at a time, each with its own data; the others serve meanwhile',
  );
  expect(clusterText({ nodes, inTurn: [], because: 'node-2 and db have data in common' }, 'over')).toBe(
    'server, node-2, node-3: all of them together, because node-2 and db have data in common',
  );
  expect(clusterText({ nodes, inTurn: [], because: null }, 'back')).toBe(
    'server, node-2, node-3: back at once, all of them together',
  );
  expect(clusterText(null, 'over')).toBeNull();
});

test('a plan says what the vendor’s procedure is, and that it works on a copy, also on a narrow screen', () => {
  const plan: RollbackPlanView = {
    appliance: 'acme',
    from: { release: 'RPQXVNXFGXU', version: '16.1.5' },
    to: { release: null, version: '16.1.4' },
    steps: [],
    legacy: { command: ['/bootstrap/install.sh', '--rollback'], deadlineMs: 600_000, nodes: ['server', 'node-2'] },
    cluster: { nodes: ['server', 'node-2'], inTurn: [], because: null },
    engines: { engines: ['agent'], maxUnavailable: null },
    joinedSince: [],
    kept: [],
    downtimeForecastMs: 2_000,
    data: {
      isNone: false,
      backTo: null,
      changes: { added: 0, changed: 0, removed: 0, sample: [] },
      keptWith: 'RPQXVNXFGXU',
      unpacked: null,
    },
    externalData: null,
    settings: [],
    warnings: [],
    obstacles: [],
  };
  const text = rollbackPlanLines(plan, { width: 400, nowMs: 0, paint }, 'in short').join('\n');
  expect(text).toContain('This takes acme from 16.1.5 back to 16.1.4.');
  expect(text).toContain("the vendor's: /bootstrap/install.sh --rollback, in server, node-2; then each is restarted");
  expect(text).toContain('at most 10 min a node');
  expect(text).toContain("copied first: the procedure works on the copy, and today's is kept with RPQXVNXFGXU");
  expect(text).toContain('agent: left to follow by themselves, and asked afterwards');
  const narrow = rollbackPlanLines(plan, { width: 40, nowMs: 0, paint }, 'in short');
  expect(narrow.every((line) => widthOf(line) <= 40)).toBe(true);
});
