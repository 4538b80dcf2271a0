import { expect, test } from 'vitest';
import type { ChangePlanView } from '../../src/api/contract/change-plan.ts';
import type { ConfigurationView } from '../../src/api/contract/configuration.ts';
import { createPaint } from '../../src/shell/paint.ts';
import { changePlanLines } from '../../src/shell/views/change.ts';
import { configurationLines } from '../../src/shell/views/configuration.ts';
import { widthOf } from '../../src/shell/width.ts';

const nowMs = Date.parse('2026-11-21T20:16:00Z');
const screen = (width: number) => ({ width, nowMs, paint: createPaint(false) });

const configuration: ConfigurationView = {
  ...{ appliance: 'acme', release: 'RPQXVNXFGXU', version: '2.1.0' },
  services: [
    {
      ...{ name: 'server', role: 'controller', image: 'registry.example.com/acme/server:2.1.0' },
      digest: `sha256:${'ab'.repeat(32)}`,
      env: [
        { name: 'ACME_SITE', value: 'base camp', setBy: null },
        {
          name: 'LOG_LEVEL',
          value: 'debug',
          setBy: { user: 'eva', at: '2026-11-21T20:14:00Z', release: 'RPQXVNXFGXU' },
        },
        { name: 'DB_PASSWORD', value: null, setBy: null },
      ],
      ...{ ports: ['0.0.0.0:8080 → 80/tcp'], networks: ['bridge'], restartPolicy: 'always', labels: { tier: 'gold' } },
      mounts: [
        {
          ...{ kind: 'volume', source: 'acme-data', target: '/data', readOnly: true },
          ...{ dataPath: null, sharedBecause: 'it is read-only' },
        },
      ],
      gate: { deadlineMs: 300_000, limitMs: 7_200_000, stableMs: 45_000, versionCommand: ['acme', '-v'], ports: [80] },
    },
  ],
};

test('what is set is shown service by service, secrets by their names', () => {
  expect(configurationLines(configuration, screen(100)).join('\n')).toBe(`acme 2.1.0 (RPQXVNXFGXU)

server (controller)
  Image     registry.example.com/acme/server:2.1.0
  Digest    sha256:abababababababababababababababababababababababababababababababab
  Env       ACME_SITE=base camp
            LOG_LEVEL=debug  (eva, 2 minutes ago)
            DB_PASSWORD=********
  Ports     0.0.0.0:8080 → 80/tcp
  Mounts    /data from volume acme-data, read-only; shared by all releases: it is read-only
  Networks  bridge
  Restart   always
  Gate      serves within 5 min, stays so for 45 s, answers on 80, names its version: acme -v
  Labels    tier=gold`);
});

test('and fits a narrow screen', () => {
  for (const line of configurationLines(configuration, screen(40))) expect(widthOf(line)).toBeLessThanOrEqual(40);
});

test('the plan of a change says what the release is called then, and what changes without its value', () => {
  const plan: ChangePlanView = {
    ...{ appliance: 'acme', from: { release: 'RPQXVNXFGXU', version: '2.1.0' }, to: { version: '2.2.0' } },
    ...{
      steps: [],
      added: [],
      removed: [],
      kept: ['web'],
      engines: null,
      downtimeForecastMs: null,
      warnings: [],
      obstacles: [],
    },
    changes: [
      {
        ...{ service: 'server', image: { now: 'acme:2.1.0', after: 'acme:2.2.0' } },
        settings: [
          { service: 'server', setting: 'env DB_PASSWORD', now: '(redacted)', after: '(redacted)' },
          { service: 'server', setting: 'env LOG', now: 'info', after: null },
        ],
      },
    ],
  };
  expect(changePlanLines(plan, screen(80)).join('\n')).toContain(`  Version   2.1.0 → 2.2.0
  New       server from acme:2.1.0 to acme:2.2.0
            server: env DB_PASSWORD is another one (redacted)
            server: env LOG info → (not set)
  Go on     web
  Way back  rollback system, to RPQXVNXFGXU`);
});
