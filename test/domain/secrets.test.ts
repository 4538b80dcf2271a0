import { expect, test } from 'vitest';
import {
  holdsSecret,
  isSecretVariable,
  knownSecrets,
  redactedEnv,
  redactedInspect,
  unreadableOf,
} from '../../src/domain/secrets.ts';
import { compareSettings } from '../../src/domain/settings-diff.ts';
import { aService } from '../support/specimens.ts';

const withEnv = (Env: string[], secrets?: string[]) =>
  aService({ settings: { config: { Env }, hostConfig: {}, networks: {} }, ...(secrets ? { secrets } : {}) });

const URL = 'postgres://acme:geheim@db/acme';
const service = withEnv(
  ['LOG=info', 'DB_PASSWORD=hunter22', 'LICENCE=AAAA-1', `DB=${URL}`, 'PIN=1'],
  ['LICENCE', 'PIN'],
);

test('a variable is secret by its name, or because somebody said so', () => {
  const names = ['LOG', 'DB_PASSWORD', 'LICENCE', 'DB', 'PIN'];
  expect(names.filter((name) => isSecretVariable(service, name))).toEqual(['DB_PASSWORD', 'LICENCE', 'PIN']);
  expect(holdsSecret(service, { name: 'DB', value: URL })).toBe(true);
  expect(holdsSecret(service, { name: 'LOG', value: 'info' })).toBe(false);
});

test('nobody sees it, neither in the environment nor in an inspect answer', () => {
  expect(redactedEnv(service)).toEqual([
    'LOG=info',
    'DB_PASSWORD=(redacted)',
    'LICENCE=(redacted)',
    'DB=postgres://acme:(redacted)@db/acme',
    'PIN=(redacted)',
  ]);
  const inspect = { Config: { Env: ['LICENCE=BBBB-2', 'PIN=2', 'LOG=info'], Cmd: ['run', '--with', 'AAAA-1'] } };
  expect(redactedInspect(service, inspect)).toEqual({
    Config: { Env: ['LICENCE=(redacted)', 'PIN=(redacted)', 'LOG=info'], Cmd: ['run', '--with', '(redacted)'] },
  });
  expect(redactedInspect(service, { State: 'x' })).toEqual({ State: 'x' });
});

test('what is sought everywhere are its value, its lines, and a short one together with its name', () => {
  const pem = withEnv(['CERT=-----BEGIN\nabcdefgh\n--'], ['CERT']);
  expect([...knownSecrets(service, pem)]).toEqual(
    expect.arrayContaining(['hunter22', 'AAAA-1', 'geheim', 'PIN=1', 'abcdefgh']),
  );
  expect([...knownSecrets(service, pem)]).not.toContain('1');
  expect([...knownSecrets(service, pem)]).not.toContain('--');
});

test('a change of it says only that it is another one', () => {
  const after = withEnv(['LOG=debug', 'DB_PASSWORD=x', 'LICENCE=CCCC-3', `DB=${URL}`]);
  expect(compareSettings(service, after)).toEqual([
    { service: 'server', setting: 'env DB_PASSWORD', now: '(redacted)', after: '(redacted)' },
    { service: 'server', setting: 'env LICENCE', now: '(redacted)', after: '(redacted)' },
    { service: 'server', setting: 'env LOG', now: 'info', after: 'debug' },
    { service: 'server', setting: 'env PIN', now: '(redacted)', after: null },
  ]);
});

test('what cannot be read is known by its name', () => {
  expect(unreadableOf(withEnv(['A=1', 'B=\0enc:v1:x']))).toEqual(['B']);
});
