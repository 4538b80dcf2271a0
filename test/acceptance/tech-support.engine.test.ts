import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { MadeTechSupportView } from '../../src/api/contract/tech-support.ts';
import { callEngine } from '../../src/demo/private-engine/engine-api.ts';
import { makeAppliance } from '../support/appliances.ts';
import { TestBelay } from '../support/belay.ts';
import { describeOnEngine } from '../support/on-engine.ts';

const CANARY = 'canary9f3b';
const GATE = 'LABEL io.belay.gate.stable=200ms io.belay.gate.deadline=20s';

describeOnEngine('show tech-support', (bench) => {
  const container = bench.name('acme');
  const directory = mkdtempSync(join(tmpdir(), 'belay-tech-support-test-'));
  let belay: TestBelay;
  let made: MadeTechSupportView;
  const unpacked = () => join(directory, readdirSync(directory).find((name) => !name.includes('.')) ?? '');
  const part = (name: string) => readFileSync(join(unpacked(), name), 'utf8');

  beforeAll(async () => {
    await makeAppliance(bench.engine, { reference: bench.reference('server', '1.0'), changes: [GATE] });
    await makeAppliance(bench.engine, {
      reference: bench.reference('server', '2.0'),
      behaviour: 'exits-at-once',
      changes: [GATE, `ENV UPSTREAM=amqp://acme:${CANARY}-image@mq:5672`],
    });
    // biome-ignore format: an option and its value to a line
    await bench.engine.docker([
      'run', '-d', '--name', container,
      '--env', `DB_PASSWORD=${CANARY}-env`,
      '--env', `DATABASE_URL=postgres://acme:${CANARY}-url@db:5432/acme`,
      '--env', 'LOG_LEVEL=info',
      '--label', `com.example.api-token=${CANARY}-label`,
      bench.reference('server', '1.0'),
    ]);
    // In its log: by a name, by a header, and bare, as only the settings tell.
    const said = [`db_password=${CANARY}-log`, `Authorization: Bearer ${CANARY}-bearer`, `using ${CANARY}-env now`];
    for (const line of said) {
      await bench.engine.docker(['exec', container, 'sh', '-c', 'echo "$0" > /proc/1/fd/1', line]);
    }
    belay = new TestBelay(bench.engine.dockerHost);
    await belay.start();
    await belay.adopt(container, container);
    expect((await belay.upgrade('2.0')).state).toBe('rolled-back');
    made = await belay.post<MadeTechSupportView>('/api/tech-support');
    execFileSync('tar', ['-xzf', made.path, '-C', directory]);
  });
  afterAll(async () => {
    await belay?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it('is one file that only its owner may read', () => {
    expect(made.path).toBe(join(belay.home, 'tech-support', made.name));
    expect((statSync(made.path).mode & 0o777).toString(8)).toBe('600');
    const listed = execFileSync('tar', ['-tzf', made.path], { encoding: 'utf8' }).trim().split('\n');
    expect(listed).toEqual(made.contents.map((name) => `${made.name.replace('.tar.gz', '')}/${name}`));
    expect(made.contents.filter((name) => name.startsWith('missing/'))).toEqual([]);
  });

  it('holds what is needed: both sides, then and now, the record and the versions', () => {
    const operation = JSON.parse(part('journal/operations.json'))[0];
    const evidence = `evidence/${operation.id}`;
    // Its container was removed when the upgrade went back.
    expect(part(`${evidence}/new-${container}.log`)).toContain('fatal: cannot find the licence');
    expect(JSON.parse(part(`${evidence}/new-${container}.inspect.json`)).State.ExitCode).toBe(1);
    expect(part(`${evidence}/old-${container}.log`)).toContain('version 1.0 is serving');
    expect(part(`now/${container}/${container}.log`)).toContain('version 1.0 is serving');
    expect(JSON.parse(part(`now/${container}/system.json`)).version).toBe('1.0');
    expect(part('journal/entries.txt')).toContain('revert-intent');
    expect(JSON.parse(part('journal.json')).state).toBe('usable');
    expect(JSON.parse(part('host.json')).filesystems.length).toBeGreaterThan(0);
    expect(JSON.parse(part('versions.json')).programs.node).toBe(process.versions.node);
    expect(JSON.parse(part('journal/releases.json'))[0].services[0].settings.config.Env).toContain('LOG_LEVEL=info');
  });

  it('holds no secret, and no more does what is kept of a failed operation', () => {
    const holdsCanary = (place: string) =>
      execFileSync('sh', ['-c', 'grep -rlF "$0" "$1" || true', CANARY, place], { encoding: 'utf8' });
    expect(holdsCanary(unpacked())).toBe('');
    expect(holdsCanary(join(belay.home, 'evidence'))).toBe('');
    expect(part(`now/${container}/${container}.log`)).toContain('using (redacted) now');
  });

  it('can be had over the API, and nothing else can', async () => {
    const answer = await callEngine(belay.socket, `/api/tech-support/${made.name}`);
    expect(answer.body.equals(readFileSync(made.path))).toBe(true);
    expect(await belay.get('/api/tech-support')).toMatchObject([{ name: made.name, sizeBytes: made.sizeBytes }]);
    for (const name of ['..%2Fjournal.db', 'belay-tech-support-20200101T000000Z.tar.gz']) {
      expect((await callEngine(belay.socket, `/api/tech-support/${name}`)).status).toBe(404);
    }
    expect(existsSync(made.path)).toBe(true);
  });
});
