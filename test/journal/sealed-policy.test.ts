import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { viewManifest } from '../../src/api/server/manifests.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/domain/policy.ts';
import { SqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { keyFileOf } from '../../src/journal/vault.ts';
import { unreadableOfHook } from '../../src/sequences/unreadable-secrets.ts';
import { aRelease, aService, aSlot } from '../support/specimens.ts';

const CANARY = 'canary-31d7';

let directory: string;
let journal: SqliteJournal;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'belay-policy-'));
  journal = new SqliteJournal(join(directory, 'journal.db'));
});
afterEach(() => {
  journal.close();
  rmSync(directory, { recursive: true });
});

const policyOf = (text: string, services: Policy['services'] = {}): Policy => ({
  ...DEFAULT_POLICY,
  services,
  manifest: { file: 'appliance.yaml', text },
});
const env = (entry: string, secrets?: string[]) =>
  aService({ settings: { config: { Env: [entry] }, hostConfig: {}, networks: {} }, ...(secrets ? { secrets } : {}) });
function adopt(policy: Policy, service = aService()): void {
  const slot = aSlot();
  journal.adopt(aRelease({ slot: slot.id, services: [service] }), slot, [], policy);
}
const stored = () => journal.appliance('acme') ?? expect.fail('no appliance');
const shown = () => viewManifest(stored(), journal.releases('acme')[0] ?? expect.fail('no release')).lines;
const isOnDisk = (text: string) =>
  readdirSync(directory).some((name) => readFileSync(join(directory, name)).includes(text));

it.each([
  ['a name that says so', policyOf(`environment: {DB_PASSWORD: ${CANARY}}`), env(`DB_PASSWORD=${CANARY}`)],
  [
    'a service that calls it so',
    policyOf(`environment: {LICENCE: ${CANARY}}`, { server: { gate: {}, versioned: null, secrets: ['LICENCE'] } }),
    env(`LICENCE=${CANARY}`, ['LICENCE']),
  ],
])('a manifest with a secret in it, by %s, is not in clear anywhere, and is what it was', (_, policy, service) => {
  adopt(policy, service);
  expect(stored().policy).toEqual(policy);
  expect(shown().join('\n')).toMatch(/(DB_PASSWORD|LICENCE): \(redacted\)/);
  journal.setPolicy('acme', { ...policy, floor: '1.0' });
  expect(stored().policy).toEqual({ ...policy, floor: '1.0' });
  expect(isOnDisk('appliance.yaml')).toBe(true);
  expect(isOnDisk(CANARY)).toBe(false);
});

it('one without stays readable for everybody', () => {
  adopt(policyOf('services: {server: {image: acme}}'));
  expect(isOnDisk('services: {server: {image: acme}}')).toBe(true);
});

it('without the key everything else of it is in force, and its text comes back with the key', () => {
  const policy = policyOf(`environment: {DB_PASSWORD: ${CANARY}}`);
  adopt(policy);
  const key = keyFileOf(join(directory, 'journal.db'));
  renameSync(key, `${key}.away`);
  const { policy: left } = stored();
  expect({ ...left, manifest: null }).toEqual({ ...policy, manifest: null });
  expect(shown()[0]).toContain('the key of its secrets is gone');
  journal.setPolicy('acme', { ...left, floor: '1.0' });
  renameSync(`${key}.away`, key);
  expect(stored().policy).toEqual({ ...policy, floor: '1.0' });
});

it('a secret of a hook is in clear neither in the policy nor in what an operation knows of it, and is what it was', () => {
  const hook = {
    ...{ command: ['dump'], service: null, image: null, volumes: [], deadlineMs: 1_000 },
    environment: { PGPASSWORD: CANARY, PGHOST: 'db', DSN: `postgres://acme:${CANARY}@db/acme`, EMPTY_TOKEN: '' },
  };
  const policy = {
    ...policyOf(`{PGPASSWORD: ${CANARY}}`),
    hooks: { backup: hook },
    notify: { webhooks: [], command: hook },
  };
  adopt(policy);
  const [from] = journal.releases('acme');
  const to = aRelease({ slot: from?.slot ?? '', status: 'candidate', previous: from?.id ?? null });
  const facts = {
    install: { volumes: [], networks: [], policy },
    planned: { hooks: { backup: hook }, backup: null },
  };
  const begun = {
    kind: 'upgrade',
    appliance: 'acme',
    from: from?.id ?? '',
    by: 'eva',
    steps: [],
    to,
    slot: null,
  } as const;
  journal.begin({ id: 'OAAAAAAAAAA', ...begun, steps: [], facts }, new Date());
  journal.learn('OAAAAAAAAAA', { kept: ['db'] });
  expect(stored().policy).toEqual(policy);
  expect(journal.operation('OAAAAAAAAAA')?.facts).toEqual({ ...facts, kept: ['db'] });
  expect(isOnDisk('PGHOST')).toBe(true);
  expect(isOnDisk(CANARY)).toBe(false);
  rmSync(keyFileOf(join(directory, 'journal.db')));
  const { backup } = stored().policy.hooks;
  expect(backup?.environment).toMatchObject({ PGHOST: 'db', EMPTY_TOKEN: '' });
  expect(backup && unreadableOfHook('backup', backup)[0]?.message).toContain(
    'PGPASSWORD, DSN of the backup hook cannot be read',
  );
});

it('a value that looks sealed and is none is what it was', () => {
  const value = 'enc:v1:0123abcd:AAAA';
  adopt(DEFAULT_POLICY, env(`LOG=${value}`));
  expect(journal.releases('acme')[0]?.services[0]?.settings.config['Env']).toEqual([`LOG=${value}`]);
});
