import { readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { viewConfiguration } from '../../src/api/server/configuration-view.ts';
import { viewReleaseDetail } from '../../src/api/server/release-view.ts';
import { viewSystem } from '../../src/api/server/system-view.ts';
import { envOf, type WantedVariable } from '../../src/domain/environment.ts';
import { diffReleases } from '../../src/sequences/diff-releases.ts';
import { FakeSite, member } from '../support/fake-site.ts';

const CANARY = 'canary-9b1f';
const SECRET: WantedVariable = { name: 'LICENCE', value: CANARY, secret: true };

let site: FakeSite;
beforeEach(() => {
  site = new FakeSite([member('server'), member('agent')]);
});
afterEach(() => site.close());

const change = (set: readonly WantedVariable[], unset: string[] = [], service = 'server') =>
  site.ended(
    site.service.configuration.changeEnvironment(site.service.appliance(), { set, unset, service, by: 'eva' }),
  );
const server = () => site.active.services.find(({ name }) => name === 'server') ?? expect.fail('no server');
const env = () => Object.fromEntries(envOf(server()).map(({ name, value }) => [name, value]));
const keyFile = () => join(site.directory, 'secrets.key');

/** Every byte of everything that the site has on its disk. */
function expectNowhere(text: string): void {
  const files = readdirSync(site.directory, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  expect(files.map(({ name }) => name)).toEqual(expect.arrayContaining(['journal.db', 'journal.db-wal']));
  for (const { parentPath, name } of files) expect(readFileSync(join(parentPath, name)).includes(text)).toBe(false);
}

describe('a secret', () => {
  test('is given to the server, and nobody else sees it', async () => {
    const before = site.active;
    const wish = { set: [SECRET, { name: 'A', value: '1' }], unset: [], by: 'eva' };
    const { plan } = await site.service.configuration.planEnvironment(site.service.appliance(), wish);
    expect(plan.changes[0]?.settings).toEqual([
      { service: 'server', setting: 'env A', now: null, after: '1' },
      { service: 'server', setting: 'env LICENCE', now: null, after: '(redacted)' },
    ]);
    expect(await change([SECRET, { name: 'A', value: '1' }])).toMatchObject({ state: 'succeeded' });
    expect(site.host.called('acme')?.spec.settings.config['Env']).toEqual([`LICENCE=${CANARY}`, 'A=1']);
    expect(env()).toEqual({ LICENCE: CANARY, A: '1' });
    const seen = [
      viewConfiguration(site.journal, site.active),
      await viewReleaseDetail(site.journal, site.service.sizes, site.active),
      await diffReleases(site.world, before, site.active),
      site.journal.operations('acme', 5).map((operation) => site.service.view(operation)),
    ];
    expect(JSON.stringify(seen)).not.toContain(CANARY);
    await site.journal.backup();
    expectNowhere(CANARY);
  });

  test('stays one when it is set again, through upgrades and rollbacks, until it is unset', async () => {
    await change([SECRET]);
    await change([{ name: 'LICENCE', value: `${CANARY}-2` }]);
    expect(server().secrets).toEqual(['LICENCE']);
    await site.upgrade('2.0');
    expect(server().secrets).toEqual(['LICENCE']);
    await site.rollback();
    expect(env()).toEqual({ LICENCE: `${CANARY}-2` });
    expectNowhere(CANARY);
    await change([], ['LICENCE']);
    expect(server().secrets).toBeUndefined();
    await change([{ name: 'LICENCE', value: 'public' }]);
    expect(viewConfiguration(site.journal, site.active, 'server').services[0]?.env[0]?.value).toBe('public');
  });

  test('may be made of a variable that is set already', async () => {
    await change([{ name: 'LICENCE', value: 'shown' }]);
    expect(await change([{ ...SECRET, value: 'shown' }])).toMatchObject({ state: 'succeeded' });
    expect(server().secrets).toEqual(['LICENCE']);
  });

  test('is kept so by its name alone', async () => {
    await change([
      { name: 'DB_PASSWORD', value: CANARY },
      { name: 'DB', value: `postgres://acme:${CANARY}@db/acme` },
    ]);
    expect(env()).toMatchObject({ DB_PASSWORD: CANARY });
    expectNowhere(CANARY);
  });

  test('of a server that does not get along with it is not in what is kept as evidence', async () => {
    await change([SECRET]);
    site.host.behaviours.set('acme/server:2.0', 'exits');
    site.host.says = [`refused the licence ${CANARY}`];
    expect(await site.upgrade('2.0')).toMatchObject({ state: 'rolled-back' });
    const [operation] = site.journal.operations('acme', 1);
    expect(operation?.facts.logTail).toEqual(['refused the licence (redacted)']);
    expect(JSON.stringify(operation?.facts.inspect)).toContain('LICENCE=(redacted)');
    expectNowhere(CANARY);
  });
});

describe('without the key', () => {
  beforeEach(async () => {
    await change([SECRET]);
    renameSync(keyFile(), `${keyFile()}.away`);
  });
  const attention = async () =>
    (await viewSystem(site.service, site.service.appliance())).attention.map(({ message }) => message);

  test('what runs goes on, which is told, and it is well again when it comes back', async () => {
    expect((await attention())[0]).toContain('LICENCE of server cannot be read');
    expect(site.host.running()).toEqual(['acme 1.0', 'acme-agent 1.0']);
    renameSync(`${keyFile()}.away`, keyFile());
    expect(await attention()).toEqual([]);
    expect(env()).toEqual({ LICENCE: CANARY });
  });

  test('the next change takes it from the running container, under a new key', async () => {
    expect(await change([{ name: 'A', value: '1' }])).toMatchObject({ state: 'succeeded' });
    expect(env()).toEqual({ LICENCE: CANARY, A: '1' });
    expect(await attention()).toEqual([]);
    expectNowhere(CANARY);
    // What is sealed with the first one is read with both.
    const both = [`${keyFile()}.away`, keyFile()].map((path) => readFileSync(path, 'utf8')).join('');
    rmSync(keyFile());
    site.write('secrets.key', both);
    expect(envOf((site.journal.releases('acme')[1]?.services ?? [])[0] ?? server())).toEqual([
      { name: 'LICENCE', value: CANARY },
    ]);
  });

  test('no container is made without it, until it is given anew', async () => {
    await site.host.removeInstance(site.containerOf(site.active, 'server') ?? '');
    const planning = site.service.configuration.planEnvironment(site.service.appliance(), {
      set: [{ name: 'A', value: '1' }],
      unset: [],
      by: 'eva',
    });
    expect((await planning).plan.obstacles[0]).toMatchObject({
      message: expect.stringContaining('LICENCE of server cannot be read'),
      hint: expect.stringContaining('set secret LICENCE server'),
    });
    const repairing = site.service.repair(site.service.appliance(), { by: 'eva' });
    await expect(repairing).rejects.toThrow('LICENCE of server cannot be read');
    expect(site.host.running()).toEqual(['acme-agent 1.0']);
    expect(await change([{ ...SECRET, value: 'another' }])).toMatchObject({ state: 'succeeded' });
    expect(env()).toEqual({ LICENCE: 'another' });
    expect(site.host.running()).toEqual(['acme 1.0', 'acme-agent 1.0']);
  });
});
