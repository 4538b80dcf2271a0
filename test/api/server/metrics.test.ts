import { expect, test } from 'vitest';
import { writeMetrics } from '../../../src/api/server/metrics.ts';

test('figures are written as Prometheus reads them, whatever is in a label', () => {
  const text = writeMetrics([
    { name: 'a_total', type: 'counter', help: 'How many.', samples: [{ labels: {}, value: 3 }] },
    {
      name: 'b',
      type: 'gauge',
      help: 'Which.',
      samples: [{ labels: { version: 'x"y\\z\nw', appliance: 'acme' }, value: 0.5 }],
    },
  ]);
  expect(text).toBe(
    [
      '# HELP a_total How many.',
      '# TYPE a_total counter',
      'a_total 3',
      '# HELP b Which.',
      '# TYPE b gauge',
      'b{version="x\\"y\\\\z\\nw",appliance="acme"} 0.5',
      '',
    ].join('\n'),
  );
});
