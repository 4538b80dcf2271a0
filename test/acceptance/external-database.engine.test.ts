import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import type { RollbackPlanView, UpgradePlanView } from '../../src/api/contract/plan-views.ts';
import type { TechSupportView } from '../../src/api/contract/tech-support.ts';
import { pushImage } from '../../src/demo/private-engine/images.ts';
import { TestBelay } from '../support/belay.ts';
import { makeMariadbImages } from '../support/debian-images.ts';
import { endState } from '../support/end-state.ts';
import { describeOnEngine } from '../support/on-engine.ts';

const MINUTES = 60_000;
const PASSWORD = 'canary-of-the-database';

// Migrates the database at its start, for good: an older version cannot use it any more.
const SERVER = `#!/bin/bash
set -e
sql() { mariadb -h 127.0.0.1 -u acme "-p$DB_PASSWORD" -N acme -e "$1"; }
trap 'exit 0' TERM
rm -f /ready /quiesced
format=$(sql 'select format from meta')
if [ "$format" -gt "$FORMAT" ]; then echo "fatal: the database has format $format"; exit 1; fi
sql "update meta set format = $FORMAT; insert into notes (who) values ('start of $VERSION')"
[ "$VERSION" != 3.0 ] || { echo "fatal: the migration to 3.0 is broken"; exit 1; }
touch /ready
while :; do sleep 1 & wait $!; done
`;

/** The procedure of the source: a server whose state is in a database elsewhere, upgraded by stop, pull and run. */
describeOnEngine('a server with a real MariaDB as its external database', (bench) => {
  const { docker } = bench.engine;
  const [container, db] = [bench.name('server'), bench.name('db')];
  const mariadb = `${bench.registry}/${bench.name('mariadb')}:10.11`;
  const reference = (version: string) => bench.reference('server', version);
  let belay: TestBelay;
  let manifest = '';
  let backups = '';
  let typed: unknown;

  const sql = (statement: string) => docker(['exec', db, 'mariadb', '-N', 'acme', '-e', statement]);
  const notes = () => sql('select group_concat(who order by n) from notes');
  const write = (who: string) => sql(`insert into notes (who) values ('${who}')`);
  const format = () => sql('select format from meta');
  const kept = () => readdirSync(backups).sort();
  const inspect = async (name: string) => JSON.parse(await docker(['inspect', name]))[0];
  const version = async () => (await belay.system()).version;
  const hooksOf = ({ hooks }: OperationView) => hooks.map(({ hook, exitCode }) => `${hook} ${exitCode}`);
  const belongings = () => docker(['ps', '-a', '--filter', 'label=io.belay.hook', '--format', '{{.Names}}']);

  const messengers = () => docker(['ps', '-a', '--filter', 'label=io.belay.notice', '--format', '{{.Names}}']);

  async function publish(version: string, format: number): Promise<void> {
    const name = bench.name(`base-${version}`);
    const script = join(belay.directory, 'server');
    writeFileSync(script, SERVER, { mode: 0o755 });
    await docker(['create', '--name', name, mariadb]);
    await docker(['cp', script, `${name}:/usr/local/bin/server`]);
    const changes = [
      'CMD ["/usr/local/bin/server"]',
      `ENV VERSION=${version} FORMAT=${format}`,
      'LABEL io.belay.gate.stable=500ms io.belay.gate.deadline=20s io.belay.version-command="printenv VERSION"',
      'HEALTHCHECK --interval=1s CMD test -e /ready',
    ];
    await docker(['commit', ...changes.flatMap((change) => ['-c', change]), name, reference(version)]);
    await docker(['rm', '-v', name]);
    await pushImage(bench.engine, reference(version));
  }

  /** Puts the manifest in force. `dump` is what the backup runs. */
  async function apply(hooks: Record<string, string>): Promise<void> {
    const lines = Object.entries(hooks).map(([name, hook]) => `    ${name}: ${hook}`);
    const head = `services: {server: {image: "${reference('1.0')}"}}\nx-belay:\n  data: external\n`;
    writeFileSync(manifest, `${head}${lines.length > 0 ? `  hooks:\n${lines.join('\n')}\n` : ''}`);
    await promisify(execFile)(process.execPath, [belay.program, 'apply', 'manifest', manifest, '--yes'], {
      env: belay.env(),
    });
  }
  // `$$` is a dollar of the shell in the container.
  const client = '-h 127.0.0.1 -u acme "-p$$DB_PASSWORD" acme';
  const shell = (script: string) => JSON.stringify(['sh', '-c', script]);
  const beside = (script: string) =>
    `{image: "${mariadb}", volumes: ["./backups:/backups"], deadline: 30s, command: ${shell(script)}}`;
  const inside = (script: string) => `{deadline: 10s, command: ${shell(script)}}`;
  const told = () => readFileSync(join(backups, 'told'), 'utf8').trim().split('\n');
  const HOOKS = {
    backup: beside(
      `mariadb-dump ${client} > /backups/$$BELAY_BACKUP.sql && echo "dumped $$BELAY_VERSION with $$DB_PASSWORD"`,
    ),
    restore: beside(`mariadb ${client} < /backups/$$BELAY_BACKUP.sql && echo "restored for $$BELAY_VERSION"`),
    quiesce: inside('touch /quiesced && echo quiet'),
    thaw: inside('rm -f /quiesced'),
    notify: beside('echo "$$BELAY_EVENT: $$BELAY_TEXT" >> /backups/told'),
  };

  beforeAll(async () => {
    belay = new TestBelay(bench.engine.dockerHost);
    manifest = join(belay.directory, 'appliance.yaml');
    backups = join(belay.directory, 'backups');
    mkdirSync(backups);
    await makeMariadbImages(bench.engine, mariadb.replace(/:10\.11$/, ''), ['bookworm']);
    await docker(['run', '-d', '--name', db, mariadb]);
    await vi.waitUntil(
      () =>
        docker(['exec', db, 'test', '-e', '/run/mysqld/ready']).then(
          () => true,
          () => false,
        ),
      {
        timeout: MINUTES,
        interval: 200,
      },
    );
    const grant = `grant all on acme.* to acme@localhost identified by '${PASSWORD}'`;
    await docker(['exec', db, 'mariadb', '-e', `create database acme; ${grant}`]);
    await sql('create table meta (format int); insert into meta values (1)');
    await sql('create table notes (n int auto_increment primary key, who text)');
    for (const [name, format] of [
      ['1.0', 1],
      ['2.0', 2],
      ['3.0', 3],
    ] as const)
      await publish(name, format);
    const begin = async (name: string, version: string) => {
      const flags = ['--network', `container:${db}`, '-e', `DB_PASSWORD=${PASSWORD}`, '--tmpfs', '/var/lib/mysql'];
      await docker(['run', '-d', '--name', name, '--restart', 'always', ...flags, reference(version)]);
      await vi.waitUntil(async () => (await inspect(name)).State.Health.Status === 'healthy', { timeout: MINUTES });
    };
    // The procedure of the source, typed by hand: stop the one, launch the other on the same database, remove the one.
    const [original, upgraded] = [bench.name('original'), bench.name('upgraded')];
    await begin(original, '1.0');
    await docker(['stop', '-t', '1', original]);
    await docker(['pull', reference('2.0')]);
    await begin(upgraded, '2.0');
    await docker(['rm', original]);
    typed = { ended: await endState(bench.engine, upgraded, null), database: [await format(), await notes()] };
    await docker(['rm', '-f', upgraded]);
    await sql('update meta set format = 1; truncate notes');

    await belay.start();
    await begin(container, '1.0');
    await belay.adopt(container, 'acme');
  }, 5 * MINUTES);
  afterAll(async () => {
    await belay?.close();
    await docker(['rm', '-f', '-v', db]).catch(() => '');
    rmSync(backups, { recursive: true, force: true });
  });

  it('finds out by itself that the data is elsewhere, and says so before it does anything', async () => {
    const { externalData, warnings, mounts } = await belay.get<UpgradePlanView>('/api/upgrade/plan?version=2.0');
    expect(mounts).toEqual([]);
    expect(externalData).toMatchObject({ external: 'assumed', backup: false, restore: false });
    expect(warnings).toContainEqual(expect.stringContaining('neither by a failure nor by a rollback'));
    await apply({});
    const said = await belay.get<UpgradePlanView>('/api/upgrade/plan?version=2.0');
    expect(said.externalData?.external).toBe('said');
    expect(said.warnings).toContainEqual(expect.stringContaining('The external database is not copied'));
    expect(said.steps.map(({ name }) => name)).not.toContain('backup');
  });

  it('ends as the procedure typed by hand does: the same settings, the same database', {
    timeout: MINUTES,
  }, async () => {
    expect(await belay.upgrade('2.0')).toMatchObject({ state: 'succeeded', reason: null, hooks: [] });
    const database = [await format(), await notes()];
    expect({ ended: await endState(bench.engine, container, null), database }).toEqual(typed);
    // Nobody but the administrator takes the database back.
    await sql('update meta set format = 1');
    expect(await belay.rollback()).toMatchObject({ state: 'succeeded' });
    expect(await format()).toBe('1');
  });

  it('touches nothing where the backup fails', { timeout: MINUTES }, async () => {
    await apply({ ...HOOKS, backup: beside(`echo "cannot reach $$DB_PASSWORD"; exit 7`) });
    const before = await inspect(container);
    const failed = await belay.upgrade('2.0');
    expect(failed).toMatchObject({ state: 'failed', downtimeMs: null });
    expect(failed.reason).toBe(
      `The backup hook failed (in a container of ${mariadb}): it ended with code 7: cannot reach (redacted).`,
    );
    // What was quiesced is thawed again.
    expect(hooksOf(failed)).toEqual(['quiesce 0', 'backup 7', 'thaw 0']);
    const after = await inspect(container);
    expect([after.Id, after.State.StartedAt]).toEqual([before.Id, before.State.StartedAt]);
    await expect(docker(['exec', container, 'test', '-e', '/quiesced'])).rejects.toThrow();
    expect(await belongings()).toBe('');
  });

  it('ends a hook that takes longer than it may, with its container', { timeout: MINUTES }, async () => {
    await apply({ ...HOOKS, backup: beside('echo waiting; sleep 300').replace('deadline: 30s', 'deadline: 1s') });
    const failed = await belay.upgrade('2.0');
    expect(failed.reason).toContain('it did not end within 1 s');
    expect(failed.hooks.at(-2)).toMatchObject({ hook: 'backup', exitCode: null, output: ['waiting'] });
    expect(await belongings()).toBe('');
  });

  it('backs up before an upgrade, and brings the backup back where the new version fails', {
    timeout: MINUTES,
  }, async () => {
    await apply(HOOKS);
    const plan = await belay.get<UpgradePlanView>('/api/upgrade/plan?version=3.0');
    expect(plan.externalData).toMatchObject({ external: 'said', backup: true, restore: true });
    expect(plan.warnings).toEqual([]);
    await write('before 3.0');
    const seen = await notes();
    const failed = await belay.upgrade('3.0');
    expect(failed).toMatchObject({
      state: 'rolled-back',
      logTail: expect.arrayContaining(['fatal: the migration to 3.0 is broken']),
    });
    expect(hooksOf(failed)).toEqual(['quiesce 0', 'backup 0', 'restore 0', 'thaw 0']);
    expect(failed.hooks[1]?.output).toEqual(['dumped 1.0 with (redacted)']);
    expect(kept()).toContain(`${failed.id}.sql`);
    expect(await version()).toBe('1.0');
    await vi.waitUntil(async () => (await inspect(container)).State.Health.Status === 'healthy', { timeout: 20_000 });
    expect(await format()).toBe('1');
    expect(await notes()).toBe(`${seen},start of 1.0`);
    expect(await belongings()).toBe('');
    // The vendor's command hears of it in a container of its own, which does not stay.
    await vi.waitUntil(() => told().at(-1)?.startsWith('rolled-back'), { timeout: 20_000 });
    expect(told().at(-1)).toContain('rolled-back: acme is back on 1.0: the upgrade to 3.0 did not succeed.');
    await vi.waitUntil(async () => (await messengers()) === '', { timeout: 20_000 });
  });

  it('goes up and back with the database, and forward again', { timeout: 2 * MINUTES }, async () => {
    await write('at 1.0');
    const atFirst = await notes();
    const up = await belay.upgrade('2.0');
    expect(up).toMatchObject({ state: 'succeeded', reason: null });
    expect(hooksOf(up)).toEqual(['quiesce 0', 'backup 0', 'thaw 0']);
    expect([await format(), await notes()]).toEqual(['2', `${atFirst},start of 2.0`]);
    await write('at 2.0');
    const atSecond = await notes();
    const plan = await belay.get<RollbackPlanView>('/api/rollback/plan');
    expect(plan.externalData?.sentence).toContain('restored to the backup made when 1.0 was left');

    const back = await belay.rollback();
    expect(back).toMatchObject({ state: 'succeeded', reason: null });
    expect(hooksOf(back)).toEqual(['quiesce 0', 'backup 0', 'restore 0', 'thaw 0']);
    expect([await version(), await format(), await notes()]).toEqual(['1.0', '1', `${atFirst},start of 1.0`]);
    expect((await inspect(container)).Id).toBe(await docker(['inspect', '-f', '{{.Id}}', container]));

    const forward = await belay.rollback(up.toRelease);
    expect(forward).toMatchObject({ state: 'succeeded', reason: null });
    expect([await version(), await format(), await notes()]).toEqual(['2.0', '2', `${atSecond},start of 2.0`]);
    expect(await belongings()).toBe('');
  });

  it('waits for the restore of a daemon that was killed, and runs it once', { timeout: MINUTES }, async () => {
    await apply({
      ...HOOKS,
      restore: beside(
        `sleep 2; mariadb ${client} < /backups/$$BELAY_BACKUP.sql && echo $$BELAY_BACKUP >> /backups/restored`,
      ),
    });
    await belay.kill();
    await belay.start({ crashAt: 'restore-database:acted' });
    // The daemon dies when the container has ended and before that is in the journal.
    await belay.post('/api/cluster/rollback', {});
    expect(await belay.died()).toBe('SIGKILL');
    await belay.start();
    const ended = await belay.ended();
    expect(ended).toMatchObject({ kind: 'rollback', state: 'succeeded', recoveries: 1 });
    expect(await version()).toBe('1.0');
    expect(await format()).toBe('1');
    expect(readFileSync(join(backups, 'restored'), 'utf8').trim().split('\n')).toHaveLength(1);
    expect(await belongings()).toBe('');
  });

  it('tells a thaw that fails, and goes on with the new version', { timeout: MINUTES }, async () => {
    await apply({ ...HOOKS, thaw: inside('echo "no such service"; exit 4') });
    const up = await belay.upgrade('2.0');
    expect(up.state).toBe('needs-attention');
    expect(up.reason).toContain(
      `2.0 runs, and may still be quiesced: The thaw hook failed (in ${container}): it ended with code 4`,
    );
    expect(await version()).toBe('2.0');
    expect((await inspect(container)).HostConfig.RestartPolicy.Name).toBe('always');
    const { attention } = await belay.system();
    expect(attention).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining('may still be quiesced') }),
    );
  });

  it('keeps the secret to itself', { timeout: MINUTES }, async () => {
    const { path } = await belay.post<TechSupportView>('/api/tech-support');
    const { stdout } = await promisify(execFile)('tar', ['-xzOf', path], { maxBuffer: 64 << 20 });
    expect(stdout).toContain('dumped 1.0 with (redacted)');
    expect(stdout).not.toContain(PASSWORD);
    expect(JSON.stringify(await belay.get('/api/upgrade/history'))).not.toContain(PASSWORD);
  });
});
