import { describe, expect, test } from 'vitest';
import type { ServiceEngineView } from '../../src/api/contract/service-engine-views.ts';
import { createPaint } from '../../src/shell/paint.ts';
import { orphanDeletionLines, serviceEngineTable } from '../../src/shell/views/service-engines.ts';
import { widthOf } from '../../src/shell/width.ts';

const screen = (width: number) => ({
  ...{ width, nowMs: Date.parse('2026-11-21T21:00:00Z'), paint: createPaint(false) },
});
const engine = (name: string, state: ServiceEngineView['state'], reason: string | null = null): ServiceEngineView => ({
  ...{ name, state, reason, version: '2.0', release: 'RPQXVNXFGXU', group: 'agent', container: name },
  joined: '2026-11-21T20:00:00Z',
});
const ENGINES = [
  engine('agent', 'up'),
  engine('agent-2', 'failed', 'it did not follow: it exited with code 137'),
  engine('agent-3', 'orphaned', 'it joined after what was gone back to, and is cut off'),
];

describe('the table of service engines', () => {
  test('says below it why one has failed, where there is no room beside it', () => {
    expect(serviceEngineTable(ENGINES, screen(60))).toEqual([
      'NAME     VERSION  STATE     JOINED      RELEASE',
      'agent    2.0      up        1 hour ago  RPQXVNXFGXU',
      'agent-2  2.0      failed    1 hour ago  RPQXVNXFGXU',
      'agent-3  2.0      orphaned  1 hour ago  RPQXVNXFGXU',
      '1 up, 1 failed, 1 orphaned',
      '! agent-2: it did not follow: it exited with code 137',
    ]);
    expect(serviceEngineTable(ENGINES, screen(120))[2]).toMatch(/RPQXVNXFGXU {2}it did not follow: it exited with/);
  });

  test.each([40, 80, 120])('fits %i columns, also with a thousand that fail', (width) => {
    const many = Array.from({ length: 1_000 }, (_, number) =>
      engine(`agent-of-a-long-name-${number}`, 'failed', 'it exited with code 1'),
    );
    const lines = serviceEngineTable(many, screen(width));
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(width);
    expect(lines.length).toBeLessThan(1_040);
  });

  test('says that there are none', () => {
    expect(serviceEngineTable([], screen(80))[0]).toBe('It has no service engines.');
  });
});

test('what goes with many that are cut off is counted', () => {
  const engines = Array.from({ length: 20 }, (_, number) => ({
    ...{ name: `agent-${number}`, release: 'RPQXVNXFGXU', containers: [`acme-agent-${number}`] },
  }));
  const lines = orphanDeletionLines({ appliance: 'acme', engines }, screen(80));
  expect(lines.join('\n')).toContain('and 12 more.');
  expect(lines.join('\n')).toContain('Removed  20 containers');
});
