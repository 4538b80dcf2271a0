import { expect, test } from 'vitest';
import type { OperationView, StepView } from '../../src/api/contract/operation-views.ts';
import type { ReleaseDiffView } from '../../src/api/contract/release-history.ts';
import type { ReleaseView } from '../../src/api/contract/release-views.ts';
import type { ContainerView, SystemView } from '../../src/api/contract/system-views.ts';
import { createRates, sparkline } from '../../src/shell/live/rates.ts';
import { createPaint } from '../../src/shell/paint.ts';
import { compactLines } from '../../src/shell/views/compact-steps.ts';
import { happeningsOf } from '../../src/shell/views/events.ts';
import { fields } from '../../src/shell/views/fields.ts';
import { farewellLines, greetingLines } from '../../src/shell/views/greeting.ts';
import { hookLines } from '../../src/shell/views/hooks.ts';
import { listing } from '../../src/shell/views/listing.ts';
import { nextLines } from '../../src/shell/views/next.ts';
import { operationLines } from '../../src/shell/views/operation.ts';
import { rehearsalLines } from '../../src/shell/views/rehearsal.ts';
import { releaseDiffLines } from '../../src/shell/views/release-diff.ts';
import { releaseTable } from '../../src/shell/views/releases.ts';
import { rollbackPlanLines } from '../../src/shell/views/rollback-plan.ts';
import { stepLines } from '../../src/shell/views/step-lines.ts';
import { containerTable } from '../../src/shell/views/system.ts';
import { cut, cutStart, fitted, widthOf, wrap } from '../../src/shell/width.ts';

const paint = createPaint(false);
const nowMs = Date.parse('2026-11-21T20:16:00Z');
const ago = (ms: number): string => new Date(nowMs - ms).toISOString();

const release = (more: Partial<ReleaseView>): ReleaseView => ({
  id: 'RPQXVNXFGXU',
  version: '2.1.0',
  created: ago(120_000),
  by: 'admin',
  status: 'active',
  origin: 'upgrade',
  copyOf: null,
  slot: 'SABCDEFGHIJ',
  data: { state: 'live', sizeBytes: 1.2 * 1024 ** 3, frozenAt: null },
  image: 'acme:2.1.0',
  digest: null,
  note: null,
  ...more,
});

const releases = [
  release({ digest: `sha256:8da41b2c3d4e${'5'.repeat(52)}` }),
  release({
    id: 'RHKOIXXVDMJ',
    version: '2.0.4',
    created: ago(21 * 86_400_000),
    status: 'superseded',
    data: { state: 'frozen', sizeBytes: 1.1 * 1024 ** 3, frozenAt: ago(120_000) },
  }),
];

test('releases at 80 columns', () => {
  expect(releaseTable(releases, { width: 80, nowMs, paint })).toEqual([
    'ID           VERSION  CREATED      BUILD    BY     STATUS      DATA',
    'RPQXVNXFGXU  2.1.0    2 min ago    8da41b2  admin  active      live 1.2 GiB',
    'RHKOIXXVDMJ  2.0.4    3 weeks ago           admin  superseded  instant 1.1 GiB',
  ]);
});

test('a note marks its release, and is shown where there is room', () => {
  const note = { text: 'the last one before the audit', by: 'eve', at: ago(0) };
  const noted = [releases[0] as ReleaseView, { ...(releases[1] as ReleaseView), note }];
  expect(releaseTable(noted, { width: 40, nowMs, paint })[2]).toBe('RHKOIXXVDMJ  2.0.4*   superseded');
  const wide = releaseTable(noted, { width: 160, nowMs, paint });
  expect(wide[0]).toMatch(/DATA +NOTE$/);
  expect(wide[2]).toMatch(/2\.0\.4\*.*instant, 1\.1 GiB frozen +the last one before the audit$/);
});

const diff: ReleaseDiffView = {
  appliance: 'acme',
  from: { release: 'RHKOIXXVDMJ', version: '2.0.4', created: ago(21 * 86_400_000) },
  to: { release: 'RPQXVNXFGXU', version: '2.1.0', created: ago(120_000) },
  images: [
    {
      service: 'server',
      from: { reference: 'acme/server:2.0.4', digest: `sha256:${'1'.repeat(64)}` },
      to: { reference: 'acme/server:2.1.0', digest: `sha256:${'2'.repeat(64)}` },
    },
    { service: 'agent', from: null, to: { reference: 'acme/agent:2.1.0', digest: null } },
  ],
  settings: [
    { service: 'server', setting: 'env DB_PASSWORD', now: '(redacted)', after: '(redacted)' },
    { service: 'server', setting: 'env LOG_LEVEL', now: 'info', after: 'debug' },
  ],
  data: {
    isShared: false,
    changes: { added: 3, changed: 210, removed: 0, sample: [{ path: 'db/t.ibd', change: 'changed', sizeBytes: 8192 }] },
    note: null,
  },
};

test('what two releases differ in, at 80 columns', () => {
  expect(releaseDiffLines(diff, { width: 80, nowMs, paint })).toEqual([
    'From 2.0.4 (RHKOIXXVDMJ, 3 weeks ago) to 2.1.0 (RPQXVNXFGXU, 2 minutes ago)',
    '',
    'Images',
    '  server  acme/server:2.0.4 111111111111',
    '          → acme/server:2.1.0 222222222222',
    '  agent   (no such service)',
    '          → acme/agent:2.1.0',
    '',
    'Settings',
    '  env DB_PASSWORD  another one (redacted)',
    '  env LOG_LEVEL    info → debug',
    '',
    'Data',
    '  213 files: 3 added, 210 changed',
    '  ~ db/t.ibd (8 KiB)',
    '  and 212 more files',
  ]);
});

test('what two releases differ in, at 40 columns', () => {
  const lines = releaseDiffLines(diff, { width: 40, nowMs, paint });
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40);
  expect(lines).toContain('  env LOG_LEVEL  info → debug');
  expect(lines.join('\n')).toContain('acme/server:2.0.4 111111111111');
});

test('two releases that differ in nothing that could be compared', () => {
  const { from, to, appliance } = diff;
  const same = { appliance, from, to, images: [], settings: [] };
  const said = (data: ReleaseDiffView['data']) =>
    releaseDiffLines({ ...same, data }, { width: 80, nowMs, paint }).slice(2);
  expect(said({ isShared: true, changes: null, note: null })).toEqual([
    'Images',
    '  the same',
    '',
    'Settings',
    '  the same',
    '',
    'Data',
    '  the same: they share it',
  ]);
  expect(said({ isShared: false, changes: null, note: 'The data of 2.0.4 is gone.' }).at(-1)).toBe(
    '  The data of 2.0.4 is gone.',
  );
});

test('releases at 120 columns', () => {
  expect(releaseTable(releases, { width: 120, nowMs, paint })).toEqual([
    'ID           VERSION  CREATED        BUILD         BY     STATUS      DATA',
    'RPQXVNXFGXU  2.1.0    2 minutes ago  8da41b2c3d4e  admin  active      live, 1.2 GiB',
    'RHKOIXXVDMJ  2.0.4    3 weeks ago                  admin  superseded  instant, 1.1 GiB frozen',
  ]);
});

test('releases at 80 columns, at their widest', () => {
  const lines = releaseTable(
    releases.map((each) => ({ ...each, created: ago(59 * 60_000), status: 'rolled-back' as const })),
    { width: 80, nowMs, paint },
  );
  expect(lines[1]).toBe('RPQXVNXFGXU  2.1.0    59 min ago  8da41b2  admin  rolled-back  live 1.2 GiB');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});

test('releases at 40 columns keep what matters', () => {
  expect(releaseTable(releases, { width: 40, nowMs, paint })).toEqual([
    'ID           VERSION  STATUS',
    'RPQXVNXFGXU  2.1.0    active',
    'RHKOIXXVDMJ  2.0.4    superseded',
  ]);
});

const step = (name: string, status: StepView['status'], more: Partial<StepView> = {}): StepView => ({
  name,
  title: `Step ${name} of the upgrade`,
  status,
  progress: null,
  doneBytes: null,
  totalBytes: null,
  startedAt: status === 'pending' ? null : ago(1100),
  endedAt: status === 'done' ? ago(900) : null,
  takenBackAt: null,
  detail: null,
  ...more,
});

const operation: OperationView = {
  id: 'OABCDEFGHIJ',
  appliance: 'acme',
  kind: 'upgrade',
  state: 'running',
  from: '2.0.4',
  fromRelease: 'RHKOIXXVDMJ',
  to: '2.1.0',
  toRelease: 'RPQXVNXFGXU',
  by: 'admin',
  startedAt: ago(3000),
  endedAt: null,
  reason: null,
  hint: null,
  downtimeMs: null,
  downSince: ago(1700),
  logTail: [],
  recoveries: 0,
  staleLock: null,
  rehearsal: null,
  hooks: [],
  nodes: [],
  interventions: [],
  can: [],
  confirmation: null,
  steps: [
    step('check', 'done'),
    step('copy', 'running', {
      progress: 0.5,
      doneBytes: 512 * 1024 ** 2,
      totalBytes: 1024 ** 3,
      detail: 'reading back',
    }),
    step('gate', 'pending'),
  ],
};

const drawing = { nowMs, spinner: '⠹', rateOf: () => null, paint, height: 50 };

test('steps at 80 columns', () => {
  expect(stepLines(operation, { ...drawing, width: 80 })).toEqual([
    ' ✔ Step check of the upgrade    0.2 s',
    ' ⠹ Step copy of the upgrade     1.1 s   downtime 1.7 s    50 %   ██████░░░░░░',
    '   reading back',
    ' · Step gate of the upgrade',
  ]);
});

test('steps at 40 columns give the downtime a line of its own', () => {
  expect(stepLines(operation, { ...drawing, width: 40 })).toEqual([
    ' ✔ Step check of the upgrade    0.2 s',
    ' ⠹ Step copy of the upgrade     1.1 s',
    '   downtime 1.7 s',
    '   reading back',
    ' · Step gate of the upgrade',
  ]);
});

test('steps at 200 columns say how fast and how long still', () => {
  const [, running] = stepLines(operation, { ...drawing, width: 200, rateOf: () => 256 * 1024 ** 2 });
  expect(running).toContain('512 MiB of 1 GiB   256 MiB/s   2.0 s left');
});

test('steps are never higher than the room there is, and the running one is among them', () => {
  const steps = Array.from({ length: 30 }, (_, index) =>
    step(String(index), index < 20 ? 'done' : index === 20 ? 'running' : 'pending'),
  );
  for (let height = 3; height < 40; height++) {
    const lines = stepLines({ ...operation, steps }, { ...drawing, width: 80, height });
    expect(lines.length).toBeLessThanOrEqual(height);
    expect(lines.join('\n')).toContain('⠹ Step 20');
  }
});

test('an operation says how often it was recovered', () => {
  const recovered = (recoveries: number) =>
    operationLines({ ...operation, recoveries }, { width: 80, nowMs, paint }).filter((line) =>
      line.includes('Recovered'),
    );
  expect([0, 1, 3].flatMap(recovered)).toEqual(['Recovered  once after a crash', 'Recovered  3 times after a crash']);
});

test('an operation that came back says why, with the log and what to type', () => {
  const ended: OperationView = {
    ...operation,
    state: 'rolled-back',
    endedAt: ago(0),
    downSince: null,
    downtimeMs: 3200,
    reason: '2.1.0 exited with code 1.',
    hint: 'show release RPQXVNXFGXU',
    logTail: ['starting', 'FATAL'],
  };
  expect(operationLines(ended, { width: 80, nowMs, paint }).slice(-6)).toEqual([
    'acme is back on 2.0.4 (RHKOIXXVDMJ) with its data. It was down for 3.2 s.',
    'Why: 2.1.0 exited with code 1.',
    'The last lines of the log of 2.1.0:',
    '  starting',
    '  FATAL',
    'Next: show release RPQXVNXFGXU',
  ]);
});

test('a rehearsal says whether it would work, and what the upgrade would be like', () => {
  const rehearsed: OperationView = {
    ...operation,
    kind: 'rehearsal',
    state: 'succeeded',
    endedAt: ago(0),
    rehearsal: { servingMs: 1_800, expectedDowntimeMs: 3_200, isOfOneMoment: true },
  };
  expect(rehearsalLines(rehearsed, { width: 120, paint })).toEqual([
    "2.1.0 would work: it proved itself on a clone of today's data, in 3.0 s. acme still runs 2.0.4.",
    'It was ready 1.8 s after its start; the upgrade would be down for about 3 s.',
    'To do it: upgrade system 2.1.0',
  ]);
  const failed: OperationView = {
    ...rehearsed,
    state: 'failed',
    rehearsal: null,
    reason: 'It exited.',
    logTail: ['fatal'],
  };
  expect(rehearsalLines(failed, { width: 120, paint })).toEqual([
    'The rehearsal of 2.1.0 failed after 3.0 s: nothing was changed, and acme still runs 2.0.4.',
    'Why: It exited.',
    'The last lines of the log of 2.1.0:',
    '  fatal',
  ]);
  for (const line of rehearsalLines(rehearsed, { width: 40, paint })) expect(widthOf(line)).toBeLessThanOrEqual(40);
});

test('what the vendor’s hooks came to stands below the steps, the failed ones at length', () => {
  const run = { version: '2.0.4', where: 'in server', at: ago(900), tookMs: 1_200, output: ['one', 'two', 'three'] };
  const hooks: OperationView['hooks'] = [
    { ...run, hook: 'quiesce', exitCode: 0 },
    { ...run, hook: 'backup', where: 'in a container of acme/tools:1', exitCode: 7 },
    { ...run, hook: 'thaw', exitCode: null, output: [] },
  ];
  expect(hookLines({ ...operation, hooks }, { width: 80, paint })).toEqual([
    'Hook quiesce of 2.0.4, in server: done, 1.2 s',
    '  two',
    '  three',
    'Hook backup of 2.0.4, in a container of acme/tools:1: failed with code 7, 1.2 s',
    '  one',
    '  two',
    '  three',
    'Hook thaw of 2.0.4, in server: failed, 1.2 s',
  ]);
  for (const width of [40, 80]) {
    for (const line of hookLines({ ...operation, hooks }, { width, paint }))
      expect(widthOf(line)).toBeLessThanOrEqual(width);
  }
});

test('no view is wider than the screen', () => {
  const wide = { ...operation, logTail: ['界'.repeat(200)], state: 'failed' as const, reason: 'x'.repeat(300) };
  const plan = {
    appliance: 'acme',
    from: { release: 'RPQXVNXFGXU', version: '2.1.0' },
    to: { release: 'RHKOIXXVDMJ', version: '2.0.4' },
    steps: [{ name: 'a', title: 'A step with quite a long title that goes on and on and on' }],
    legacy: null,
    cluster: null,
    engines: null,
    joinedSince: [],
    kept: [],
    downtimeForecastMs: 3000,
    data: {
      isNone: false,
      backTo: ago(86_400_000),
      changes: {
        added: 1,
        changed: 2,
        removed: 3,
        sample: [{ path: 'p'.repeat(300), change: 'added' as const, sizeBytes: 1 }],
      },
      keptWith: 'RPQXVNXFGXU',
      unpacked: null,
    },
    externalData: null,
    settings: [{ service: 's', setting: 'env PATH', now: '/a'.repeat(100), after: null }],
    warnings: ['w '.repeat(100)],
    obstacles: [],
  };
  for (const width of [40, 80, 200, 300]) {
    const screen = { width, nowMs, paint };
    const lines = [
      ...operationLines(wide, screen),
      ...rollbackPlanLines(plan, screen, 'in full'),
      ...releaseTable(releases, screen),
    ];
    for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(width);
  }
});

test('widths of wide, combining and coloured text', () => {
  expect([widthOf('日本'), widthOf('e\u0301'), widthOf('🙂'), widthOf('\x1b[1mab\x1b[22m')]).toEqual([4, 1, 2, 2]);
  expect(cut('日本語', 5)).toBe('日本…');
  expect(wrap('one two three', 9)).toEqual(['one two', 'three']);
});

test('the rate is that of the last seconds', () => {
  const rates = createRates();
  const at = (bytes: number): OperationView => ({
    ...operation,
    steps: [step('copy', 'running', { doneBytes: bytes })],
  });
  rates.observe(at(0), 0);
  expect(rates.rateOf(step('copy', 'running'))).toBeNull();
  rates.observe(at(100), 1000);
  expect(rates.rateOf(step('copy', 'running'))).toBe(100);
  rates.observe(at(10_100), 4500);
  rates.observe(at(20_100), 5500);
  expect(rates.rateOf(step('copy', 'running'))).toBe(10_000);
});

test('a narrow screen shows what runs in full and counts the rest', () => {
  const lines = compactLines(operation, { ...drawing, width: 40, rateOf: () => 256 * 1024 ** 2 });
  expect(lines).toEqual([
    ' ✔ 1 step done',
    ' ⠹ Step copy of the upgrade  1.1 s',
    '   ████████████░░░░░░░░░░░░  50 %',
    '   512 MiB of 1 GiB, 2.0 s left',
    '   reading back',
    '   downtime 1.7 s',
    ' · 1 step to come',
  ]);
  for (const width of [20, 40, 59]) {
    for (const line of compactLines(operation, { ...drawing, width })) expect(widthOf(line)).toBeLessThanOrEqual(width);
  }
});

test('throughput has a sparkline where there is room', () => {
  expect(sparkline([0, 50, 100])).toBe('▁▄█');
  const wide = { ...drawing, width: 200, rateOf: () => 1024, sparklineOf: () => '▁▄█' };
  expect(stepLines(operation, wide)[1]).toContain('1 KiB/s ▁▄█');
  expect(stepLines(operation, { ...wide, width: 80 })[1]).not.toContain('▁▄█');
});

test('the sparkline has a bar for each half second', () => {
  const rates = createRates();
  for (let turn = 0; turn <= 8; turn++) {
    const steps = [step('copy', 'running', { doneBytes: turn * 1000, totalBytes: 100_000 })];
    rates.observe({ ...operation, steps }, turn * 250);
  }
  expect(rates.barsOf(step('copy', 'running'))).toEqual([4000, 4000, 4000, 4000]);
});

test('what happened in an operation, oldest first', () => {
  const failed = step('gate', 'failed', { startedAt: ago(900), endedAt: ago(100), detail: 'it exited.' });
  const over = { ...operation, state: 'rolled-back' as const, endedAt: ago(0), reason: 'It exited.' };
  const whats = happeningsOf({ ...over, steps: [step('check', 'done'), failed] }).map(({ what }) => what);
  expect(whats).toEqual([
    'Upgrade of acme from 2.0.4 to 2.1.0, by admin',
    'Step check of the upgrade: done, 0.2 s',
    'Step gate of the upgrade: failed, 0.8 s: it exited.',
    'Upgrade of acme from 2.0.4 to 2.1.0: rolled back. It exited.',
  ]);
  expect(happeningsOf(operation).length).toBe(2);
});

test('of an image that is too long its tag is left, in columns', () => {
  expect(cutStart('127.0.0.1:17050/acme/server:1.0', 16)).toBe('…acme/server:1.0');
  expect(cutStart('acme:1', 6)).toBe('acme:1');
  expect(widthOf(cutStart('日本語日本語:2.0', 8))).toBeLessThanOrEqual(8);
  const container: ContainerView = {
    id: 'c'.repeat(64),
    name: 'acme',
    image: 'registry.example.com/vendor/acme/server:2.0.4',
    status: 'Up 3 hours',
    running: true,
    appliance: 'acme',
    project: null,
    service: null,
  };
  expect(containerTable([container], { width: 50, nowMs, paint })[1]).toMatch(/ …\S*server:2\.0\.4 /);
});

test('a step that was taken back happened twice, and each at its time', () => {
  const steps = [
    step('stop', 'reverted', { startedAt: ago(900), endedAt: ago(800), takenBackAt: ago(50) }),
    step('gate', 'failed', { startedAt: ago(700), endedAt: ago(100) }),
    step('cut-off', 'reverted', { startedAt: ago(90), endedAt: ago(60), takenBackAt: ago(60) }),
  ];
  const whats = happeningsOf({ ...operation, steps }).map(({ what, state }) => [
    what.replace(' of the upgrade', ''),
    state,
  ]);
  expect(whats.slice(1)).toEqual([
    ['Step stop: done, 0.1 s', 'done'],
    ['Step gate: failed, 0.6 s', 'failed'],
    ['Step cut-off: taken back', 'reverted'],
    ['Step stop: taken back', 'reverted'],
  ]);
});

test('fields and lists stand below one another where there is no room beside', () => {
  const long = 'registry.example/acme/server:2.1.0 and more';
  expect(
    fields(
      [
        { name: 'Image', value: long },
        { name: 'State', value: 'up' },
      ],
      30,
      paint,
    ),
  ).toEqual(['Image', '  registry.example/acme/server', '  :2.1.0', '  and more', 'State  up']);
  expect(listing([['show upgrade plan VERSION', 'What it would do']], 40, paint)).toEqual([
    '  show upgrade plan VERSION',
    '      What it would do',
  ]);
});

test('what to type next is never cut', () => {
  const next = [{ purpose: 'What going there would give up', line: 'show rollback plan RHKOIXXVDMJ' }];
  expect(nextLines(next, { width: 40, paint })).toEqual([
    'What going there would give up:',
    '  show rollback plan RHKOIXXVDMJ',
  ]);
});

test('who comes is told what runs and what was done; who leaves, what goes on', () => {
  const system = {
    appliance: 'acme',
    version: '2.0.4',
    state: 'running',
    since: null,
    banner: ['Acme'],
  } as unknown as SystemView;
  const screen = { width: 80, nowMs, paint };
  const login = { at: ago(0), from: '192.0.2.7' };
  const lines = greetingLines({ ...system, lastOperation: { ...operation, state: 'succeeded' } }, login, screen);
  expect(lines.slice(0, 2)).toEqual(['Acme', 'acme runs 2.0.4.']);
  expect(lines[2]).toMatch(/^Last operation: upgrade to 2\.1\.0 succeeded, just now, by admin\.$/);
  expect(lines[3]).toMatch(/^Last login: .*:.* from 192\.0\.2\.7\.$/);
  expect(farewellLines(null, screen)).toEqual([]);
  expect(farewellLines(operation, screen)[0]).toBe('The upgrade of acme to 2.1.0 goes on in the daemon.');
});

test('lines that are too wide are broken at spaces, as far in as they were', () => {
  expect(fitted(['short', '  nothing is stopped, restarted or changed'], 20)).toEqual([
    'short',
    '  nothing is',
    '  stopped, restarted',
    '  or changed',
  ]);
  const coloured = createPaint(true).strong('x'.repeat(25));
  expect(fitted([coloured], 20).map(widthOf)).toEqual([20, 5]);
});
