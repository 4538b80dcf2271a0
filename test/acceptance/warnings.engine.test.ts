import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import { makeAppliance } from '../support/appliances.ts';
import { TestBelay } from '../support/belay.ts';
import { endState } from '../support/end-state.ts';
import { describeOnEngine } from '../support/on-engine.ts';

const LOCKED = `#!/bin/sh
if [ -e /data/server.lock ]; then
  echo "Waiting for changelog lock...."
  echo "Could not acquire change log lock.  Currently locked by old-server (172.17.0.2)"
  exit 1
fi
exec /bin/appliance
`;

/** What the source warns of: environment and certificate have to be added to the command, and a lock may be left. */
describeOnEngine('a server with a certificate, LDAP settings and a lock left behind', (bench) => {
  const { docker } = bench.engine;
  const container = bench.name('server');
  let belay: TestBelay;
  let site = '';
  /** What the procedure of the source makes of it, typed by hand. */
  let typed: unknown;

  const inspect = async () => JSON.parse(await docker(['inspect', container]))[0];
  const inside = (...command: string[]) => docker(['exec', container, ...command]);

  async function apply(rules: string): Promise<void> {
    const manifest = join(belay.directory, 'appliance.yaml');
    const image = bench.reference('server', 'v1.0.1');
    writeFileSync(manifest, `services: {server: {image: "${image}"}}\nx-belay:\n  stale_locks:\n${rules}\n`);
    const command = [belay.program, 'apply', 'manifest', manifest, '--yes'];
    await promisify(execFile)(process.execPath, command, { env: belay.env() });
  }

  const serves = (name: string) =>
    vi.waitUntil(async () => (await docker(['exec', name, 'cat', '/data/format']).catch(() => '')) === '1', {
      timeout: 30_000,
      interval: 100,
    });
  /** As the source has it: environment and certificate have to be added to the command again. */
  async function byHand(begin: (name: string) => Promise<void>, flags: string[]): Promise<unknown> {
    const [original, box, upgraded] = ['original', 'box', 'upgraded'].map((word) => bench.name(word)) as [
      string,
      string,
      string,
    ];
    await begin(original);
    await docker(['stop', original]);
    await docker(['create', '--volumes-from', original, '--name', box, bench.reference('server', 'v1.0.1')]);
    await docker(['pull', bench.reference('server', 'v1.0.2')]);
    const own = ['--volumes-from', box, ...flags];
    await docker(['run', '-d', '--name', upgraded, ...own, bench.reference('server', 'v1.0.2')]);
    await serves(upgraded);
    await docker(['rm', original]);
    const end = await endState(bench.engine, upgraded, '/data');
    await docker(['rm', '-f', '-v', upgraded, box]);
    return end;
  }

  beforeAll(async () => {
    belay = new TestBelay(bench.engine.dockerHost);
    const gate = 'LABEL io.belay.gate.stable=500ms io.belay.gate.deadline=20s';
    const make = (version: string, changes: string[] = []) =>
      makeAppliance(bench.engine, {
        reference: bench.reference('server', version),
        files: [{ path: 'bin/locked', content: LOCKED, mode: 0o755 }],
        changes: [gate, ...changes],
      });
    await make('v1.0.1');
    await make('v1.0.2', ['CMD ["/bin/locked"]']);
    site = join(belay.directory, 'site');
    mkdirSync(site);
    writeFileSync(join(site, 'ca.crt'), '-----BEGIN CERTIFICATE-----\nof this site\n-----END CERTIFICATE-----\n');
    writeFileSync(join(site, 'ldap.conf'), 'TLS_CACERT /ca.crt\n', { mode: 0o640 });
    // As the source has it: with a certificate for LDAP, and what else was set by hand.
    const flags = [
      ...['--restart=always', '-p', '127.0.0.1::8080'],
      ...['-v', `${join(site, 'ca.crt')}:/ca.crt:ro`, '-v', `${join(site, 'ldap.conf')}:/etc/ldap.conf`],
      ...['-e', 'CATTLE_PROMETHEUS_METRICS=true', '-e', 'LDAP_URL=ldaps://ldap.example.com:636'],
    ];
    const begin = async (name: string) => {
      await docker(['run', '-d', '--name', name, ...flags, bench.reference('server', 'v1.0.1')]);
      await serves(name);
      await docker(['exec', name, 'sh', '-c', 'echo first > /data/witness']);
    };
    typed = await byHand(begin, flags);
    await begin(container);
    await belay.start();
    await belay.adopt(container, 'rancher');
  }, 300_000);
  afterAll(async () => {
    await belay?.close();
  });

  it.each([
    [
      'by its log',
      '    - log: Could not acquire change log lock*Currently locked by\n      remedy: Release the lock, then upgrade again.\n      command: [mysql, -e, "update DATABASECHANGELOGLOCK set LOCKED=0"]',
      'A stale lock: its log says "Could not acquire change log lock.  Currently locked by old-server (172.17.0.2)".',
      "Release the lock, then upgrade again. To type: mysql -e 'update DATABASECHANGELOGLOCK set LOCKED=0'",
    ],
    [
      'by its file',
      '    - file: /data/*.lock\n      remedy: Remove the file, then upgrade again.',
      "A stale lock: /data/server.lock is older than the server's start.",
      'Remove the file, then upgrade again.',
    ],
  ])('says that a lock was left behind, found %s, and what to do', async (_, rules, found, remedy) => {
    await apply(rules);
    await inside('touch', '/data/server.lock');
    const failed = await belay.upgrade('v1.0.2');
    expect(failed).toMatchObject({ state: 'rolled-back', hint: remedy });
    expect(failed.reason).toContain('v1.0.2 did not prove itself');
    expect(failed.reason).toContain(found);
    expect(failed.staleLock).toMatchObject({ found });
    const { attention, version } = await belay.system();
    expect(version).toBe('v1.0.1');
    expect(attention).toContainEqual(
      expect.objectContaining({ message: `The last upgrade to v1.0.2 stumbled. ${found}`, hint: remedy }),
    );
    const { stdout } = await promisify(execFile)(process.execPath, [belay.program, 'show', 'upgrade', 'status'], {
      env: belay.env({ COLUMNS: '200' }),
    });
    expect(stdout.replace(/\s+/g, ' ')).toContain(found.replace(/\s+/g, ' '));
    expect(stdout.replace(/\s+/g, ' ')).toContain(remedy);
  });

  it('says nothing of a lock that a server has made itself', async () => {
    await apply('    - file: /data/w*\n      remedy: x');
    const failed = await belay.upgrade('v1.0.2');
    // It fails for the lock, which no rule is about; the witness is older than the start, and so it is taken for one.
    expect(failed.staleLock).toMatchObject({ remedy: 'x' });
    await apply('    - file: /data/made-later\n      remedy: x');
    expect((await belay.upgrade('v1.0.2')).staleLock).toBeNull();
  });

  it('ends as typed by hand when the lock is gone: certificate, LDAP settings and environment in the new server', async () => {
    await inside('rm', '-f', '/data/server.lock');
    const before = await inspect();
    const paths = ['/ca.crt', '/etc/ldap.conf'];
    const contents = await Promise.all(paths.map((path) => inside('cat', path)));
    // It has failed of itself above.
    const again = await belay.post<OperationView>('/api/cluster/upgrade', { version: 'v1.0.2', force: true });
    expect(await belay.ended(again)).toMatchObject({ state: 'succeeded' });
    const after = await inspect();
    expect(after.Id).not.toBe(before.Id);
    expect(await Promise.all(paths.map((path) => inside('cat', path)))).toEqual(contents);
    expect(after.HostConfig.Binds.filter((bind: string) => bind.includes('/site/')).sort()).toEqual([
      expect.stringContaining('/ca.crt:/ca.crt:ro'),
      expect.stringContaining(':/etc/ldap.conf'),
    ]);
    for (const variable of ['CATTLE_PROMETHEUS_METRICS=true', 'LDAP_URL=ldaps://ldap.example.com:636']) {
      expect(after.Config.Env).toContain(variable);
    }
    expect(await endState(bench.engine, container, '/data')).toEqual(typed);
    expect(readFileSync(join(site, 'ldap.conf'), 'utf8')).toBe('TLS_CACERT /ca.crt\n');
    expect((await belay.system()).attention).toEqual([]);
  });
});
