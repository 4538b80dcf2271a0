import { expect, test } from 'vitest';
import { alike } from '../../../src/api/contract/alike.ts';

test('services of which a plan says the same are one line, and what waits is said of each alone', () => {
  const step = { from: 'acme/agent:1.0', to: 'acme/agent:2.0', kept: null };
  const waits = { update: 'on-request' as const, awaits: 'acme/helper:2.0', isUntouched: true };
  const helper = { from: 'acme/helper:1.0', to: 'acme/helper:1.0', kept: waits };
  const services = [
    { name: 'agent-1', ...step },
    { name: 'helper-1', ...helper },
    { name: 'server', from: 'acme/server:1.0', to: 'acme/server:2.0', kept: null },
    { name: 'agent-2', ...step },
    { name: 'helper-2', ...helper },
  ];
  expect(alike(services).map(({ names, to }) => [names, to])).toEqual([
    [['agent-1', 'agent-2'], 'acme/agent:2.0'],
    [['helper-1'], 'acme/helper:1.0'],
    [['server'], 'acme/server:2.0'],
    [['helper-2'], 'acme/helper:1.0'],
  ]);
});
