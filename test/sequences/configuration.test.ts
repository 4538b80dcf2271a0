import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { viewConfiguration } from '../../src/api/server/configuration-view.ts';
import { envOf } from '../../src/domain/environment.ts';
import type { ServiceSpec } from '../../src/domain/service-spec.ts';
import type { EnvironmentWish } from '../../src/sequences/plan-environment.ts';
import { fakeImage } from '../support/fake-host.ts';
import { FakeSite, member } from '../support/fake-site.ts';

let site: FakeSite;
beforeEach(() => {
  site = new FakeSite([
    member('server'),
    member('db', { role: 'app', image: fakeImage('postgres', '14'), versioned: 'fixed' }),
    member('agent'),
  ]);
});
afterEach(() => site.close());

const named = (name: string) => site.active.services.find((each) => each.name === name) as ServiceSpec;
const env = (name: string) => Object.fromEntries(envOf(named(name)).map(({ name: each, value }) => [each, value]));
const wish = (change: Partial<EnvironmentWish>): EnvironmentWish => ({ set: [], unset: [], by: 'admin', ...change });
const configuration = () => site.service.configuration;
const changeEnv = (change: Partial<EnvironmentWish>) =>
  site.ended(configuration().changeEnvironment(site.service.appliance(), wish(change)));
const planEnv = (change: Partial<EnvironmentWish>) =>
  configuration().planEnvironment(site.service.appliance(), wish(change));
const setImage = (reference: string, service?: string) =>
  site.ended(configuration().changeImage(site.service.appliance(), { reference, service, by: 'admin' }));
const planImage = (reference: string, service?: string, force?: boolean) =>
  configuration().planImage(site.service.appliance(), { reference, service, force, by: 'admin' });
const LOG = [{ name: 'LOG', value: 'debug' }];

describe('an environment', () => {
  test('is changed in a new release, for which only that service gets a new container', async () => {
    const before = site.active;
    const { plan } = await planEnv({ set: LOG, service: 'db' });
    expect(plan).toMatchObject({ kept: ['server', 'agent'], downtimeForecastMs: null, to: { version: '1.0' } });
    expect(plan.changes).toEqual([
      { service: 'db', image: null, settings: [{ service: 'db', setting: 'env LOG', now: null, after: 'debug' }] },
    ]);
    expect(await changeEnv({ set: LOG, service: 'db' })).toMatchObject({ kind: 'change', state: 'succeeded' });
    expect(site.host.log).toEqual(['stop db 14', 'start db 14']);
    expect(env('db')).toEqual({ LOG: 'debug' });
    expect(site.active).toMatchObject({ version: '1.0', slot: before.slot, previous: before.id, by: 'admin' });
  });

  test('is that of the controller where no service is named, and rollback system undoes it', async () => {
    await changeEnv({ set: [...LOG, { name: 'WORKERS', value: '4' }] });
    expect(env('server')).toEqual({ LOG: 'debug', WORKERS: '4' });
    await changeEnv({ unset: ['LOG'] });
    expect(env('server')).toEqual({ WORKERS: '4' });
    await site.rollback();
    expect(env('server')).toEqual({ LOG: 'debug', WORKERS: '4' });
    expect(site.host.running()).toEqual(['acme 1.0', 'acme-agent 1.0', 'acme-db 14']);
    // Nothing has left the list.
    expect(site.journal.releases('acme').map(({ status }) => status)).toEqual([
      'active',
      'rolled-back',
      'superseded',
      'superseded',
    ]);
  });

  test('that the service does not get along with is taken back', async () => {
    site.host.behaviours.set('acme/server:1.0', 'exits');
    expect(await changeEnv({ set: LOG })).toMatchObject({ state: 'rolled-back' });
    expect(env('server')).toEqual({});
    site.host.behaviours.clear();
    // The image is not to blame.
    expect(await changeEnv({ set: LOG })).toMatchObject({ state: 'succeeded' });
  });

  test.each([
    [{ set: LOG, service: 'web' }, 'acme has no service web.', 'There are server, db, agent.'],
    [{ unset: ['LOG'] }, 'LOG is not set on server', 'show configuration server'],
    [{}, 'No variable is named.', 'set env'],
    [{ set: LOG, unset: ['LOG'] }, 'A variable is named twice.', 'set env'],
    [{ set: [{ name: 'A-B', value: '' }] }, 'A variable is named with letters', 'set env'],
    [{ set: [{ name: 'A', value: '\0' }] }, 'NUL', 'set env'],
  ])('refuses %j', async (change, message, hint) => {
    const error = await planEnv(change).catch((thrown) => thrown);
    expect(error.message).toContain(message);
    expect(error.hint).toContain(hint);
  });

  test('that is as it should be makes no release', async () => {
    await changeEnv({ set: LOG });
    const { plan } = await planEnv({ set: LOG });
    expect(plan.obstacles[0]?.message).toContain('nothing would change');
  });
});

describe('an image', () => {
  test('of a service without data is exchanged in place, the others untouched', async () => {
    const planned = await planImage('postgres:15', 'db');
    expect(planned).toMatchObject({ kind: 'change', planned: { plan: { kept: ['server', 'agent'] } } });
    expect(await setImage('postgres:15', 'db')).toMatchObject({ kind: 'change', state: 'succeeded', to: '1.0' });
    expect(named('db').image).toEqual(fakeImage('postgres', '15'));
    expect(site.host.log).toEqual(['stop db 14', 'start db 15']);
    await site.rollback();
    expect(named('db').image.tag).toBe('14');
  });

  test('of the controller is an upgrade, which its tag names, and leaves the others as they are', async () => {
    const { kind, planned } = await planImage('acme/fork:9.9');
    expect(kind).toBe('upgrade');
    expect(planned.plan).toMatchObject({ to: { version: '9.9', image: 'acme/fork:9.9' }, engines: null });
    expect(planned.plan.warnings[0]).toBe(
      'The service engine agent stays as before: to bring it along afterwards, update engines.',
    );
    expect(await setImage('acme/fork:9.9')).toMatchObject({ kind: 'upgrade', state: 'succeeded', to: '9.9' });
    expect(site.host.log).toEqual(['stop server 1.0', 'start server 9.9']);
    expect(site.active.version).toBe('9.9');
    await site.rollback();
    expect(site.active).toMatchObject({ version: '1.0', copyOf: site.first.id });
    expect(site.host.running()).toEqual(['acme 1.0', 'acme-agent 1.0', 'acme-db 14']);
  });

  test('of a service with data is an upgrade of the same version', async () => {
    site.close();
    const data = { kind: 'volume', source: 'v', target: '/data', readOnly: false, slotKey: 'volume:v' } as const;
    const mounts = [{ ...data, sharedBecause: null, declared: { form: 'implicit' } as const }];
    site = new FakeSite([member('server'), member('db', { role: 'app', image: fakeImage('postgres', '14'), mounts })]);
    const { kind, planned } = await planImage('postgres:15', 'db');
    expect(kind).toBe('upgrade');
    expect(planned.plan).toMatchObject({ to: { version: '1.0' }, services: [{}, { to: 'postgres:15' }] });
    expect(planned.facts.kept).toEqual(['server']);
  });

  test('that did not prove itself is refused in either way, unless it is forced', async () => {
    site.host.behaviours.set('acme/server:2.0', 'exits');
    expect(await setImage('acme/server:2.0')).toMatchObject({ state: 'rolled-back' });
    const { planned } = await planImage('acme/server:2.0');
    expect(planned.plan.obstacles[0]).toMatchObject({
      message: expect.stringContaining('2.0 is quarantined'),
      hint: 'To try it all the same: set image acme/server:2.0 server force',
    });
    expect((await planImage('acme/server:2.0', 'server', true)).planned.plan.obstacles).toEqual([]);
    expect((await planImage('acme/server:2.0', 'db')).planned.plan.obstacles).toHaveLength(1);
    expect((await planImage('acme/server:2.0', 'db', true)).planned.plan.warnings).toHaveLength(1);
  });

  test.each([
    ['acme/server', undefined, 'acme/server names neither a tag nor a digest.'],
    [`acme/other@sha256:${'a'.repeat(64)}`, undefined, 'names no tag.'],
    ['Acme Server', undefined, 'is not the name of an image'],
    ['acme/server:1.0', undefined, 'server runs acme/server:1.0 already.'],
    ['acme/server:2.0', 'web', 'acme has no service web.'],
  ])('refuses %s for %s', async (reference, service, message) => {
    await expect(planImage(reference, service)).rejects.toThrow(message);
  });

  test('by its digest alone keeps its tag', async () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const { planned } = await planImage(`postgres@${digest}`, 'db');
    const image = planned.candidate.release.services[1]?.image;
    expect(image).toMatchObject({ reference: 'postgres:14', tag: '14', digest });
  });
});

describe('a service of which there are several', () => {
  const together = () => {
    site.close();
    site = new FakeSite([
      member('server'),
      member('second', { role: 'node', image: fakeImage('acme/server', '1.0') }),
      member('agent'),
      member('agent-2', { scaled: { group: 'agent', at: '2026-11-21T01:00:00Z' } }),
    ]);
  };
  beforeEach(together);

  test.each([
    [undefined, ['server', 'second']],
    ['second', ['second']],
    ['agent', ['agent', 'agent-2']],
    ['agent-2', ['agent-2']],
  ])('has an environment of %s for %j', async (service, names) => {
    const { plan } = await planEnv({ set: LOG, service });
    expect(plan.changes.map((each) => each.service)).toEqual(names);
    expect(await changeEnv({ set: LOG, service })).toMatchObject({ state: 'succeeded' });
    for (const name of names) expect(env(name)).toEqual({ LOG: 'debug' });
    expect(site.host.running()).toEqual(['acme 1.0', 'acme-agent 1.0', 'acme-agent-2 1.0', 'acme-second 1.0']);
  });

  test('has one image', async () => {
    expect(await setImage('acme/server:2.0')).toMatchObject({ state: 'succeeded', to: '2.0' });
    expect(await setImage('acme/agent:2.0', 'agent')).toMatchObject({ state: 'succeeded' });
    expect(site.host.running()).toEqual(['acme 2.0', 'acme-agent 2.0', 'acme-agent-2 2.0', 'acme-second 2.0']);
    await expect(planImage('acme/server:3.0', 'second')).rejects.toThrow('another instance of the controller');
  });
});

describe('what is set', () => {
  const variables = (view: ReturnType<typeof viewConfiguration>) => view.services.map((each) => each.env);

  test('says who has set it and when, also behind later changes and rollbacks; of secrets there is no value', async () => {
    await changeEnv({ set: [...LOG, { name: 'DB_PASSWORD', value: 'hunter22' }] });
    const { id, createdAt } = site.active;
    await changeEnv({ set: [{ name: 'A', value: '1' }], service: 'db' });
    const setBy = { user: 'admin', at: createdAt.toISOString(), release: id };
    const expected = [
      { name: 'LOG', value: 'debug', setBy },
      { name: 'DB_PASSWORD', value: null, setBy },
    ];
    expect(variables(viewConfiguration(site.journal, site.active, 'server'))).toEqual([expected]);
    await site.rollback();
    const view = viewConfiguration(site.journal, site.active);
    expect(variables(view)).toEqual([expected, [], []]);
    expect(JSON.stringify(view)).not.toContain('hunter22');
    expect(() => viewConfiguration(site.journal, site.active, 'web')).toThrow('acme has no service web.');
  });
});

describe('what goes on untouched, and ends while something else is changed', () => {
  /** Ended from outside, as with `docker kill`, when the engine is asked for this. */
  function endsBefore(call: string): void {
    site.host.beforeCall = (each) => {
      const db = site.host.called('acme-db');
      if (each === call && db) Object.assign(db, { state: 'exited', exitCode: 137 });
    };
  }

  test('runs again in the end', async () => {
    endsBefore('start server 1.0');
    expect(await changeEnv({ set: LOG })).toMatchObject({ state: 'succeeded', reason: null });
    expect(site.host.running()).toEqual(['acme 1.0', 'acme-agent 1.0', 'acme-db 14']);
    expect(site.host.log).toContain('start db 14');
  });

  test('runs again where it ends while service engines come up', async () => {
    endsBefore('start agent-2 1.0');
    expect(await site.scale(2)).toMatchObject({ state: 'succeeded', reason: null });
    expect(site.host.running()).toContain('acme-db 14');
  });

  test('runs again where the change is taken back', async () => {
    site.host.behaviours.set('acme/server:1.0', 'exits');
    endsBefore('stop server 1.0');
    expect(await changeEnv({ set: LOG })).toMatchObject({ state: 'rolled-back' });
    expect(site.host.running()).toContain('acme-db 14');
  });

  test('is left as it is where it was down before', async () => {
    Object.assign(site.host.called('acme-db') ?? {}, { state: 'exited', exitCode: 0 });
    expect(await changeEnv({ set: LOG })).toMatchObject({ state: 'succeeded' });
    expect(site.host.running()).toEqual(['acme 1.0', 'acme-agent 1.0']);
  });

  test('is told where it cannot be started', async () => {
    endsBefore('start server 1.0');
    site.host.refusals.set('acme-db', 1);
    const reason = 'db, which was to go on untouched, has ended and did not start again: The engine stumbled.';
    expect(await changeEnv({ set: LOG })).toMatchObject({ state: 'needs-attention', reason });
    expect(env('server')).toEqual({ LOG: 'debug' });
  });
});
