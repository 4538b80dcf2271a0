import { describe, expect, test } from 'vitest';
import { isSecretName, redactJson, redactText, secretsIn } from '../../src/domain/redaction.ts';

describe('names', () => {
  test.each([
    'DB_PASSWORD',
    'PGPASSWORD',
    'api-token',
    'com.example.apiToken',
    'SECRET_KEY_BASE',
    'AWS_ACCESS_KEY_ID',
    'sshKey',
    'APIKEY',
    'KEY',
    'MYSQL_PWD',
    'registry.auth',
    'Authorization',
    'GOOGLE_CREDENTIALS',
  ])('%s is a secret', (name) => expect(isSecretName(name)).toBe(true));

  test.each(['LOG_LEVEL', 'KEYBOARD_LAYOUT', 'slotKey', 'key', 'PATH', 'AUTHOR', 'PASSAGE', 'monotonicMs', 'Labels'])(
    '%s is not',
    (name) => expect(isSecretName(name)).toBe(false),
  );
});

test.each([
  ['connecting to postgres://acme:hunter22@db:5432/x', 'connecting to postgres://acme:(redacted)@db:5432/x'],
  ['password=hunter22 user=acme', 'password=(redacted) user=acme'],
  ['{"token":"hunter22","n":1}', '{"token":"(redacted)","n":1}'],
  ['DB_PASSWORD: "two words" ok', 'DB_PASSWORD: "(redacted)" ok'],
  ['mysqld --password hunter22 --port 3306', 'mysqld --password (redacted) --port 3306'],
  ['mysqld --password=hunter22', 'mysqld --password=(redacted)'],
  ['Authorization: Bearer abcdef123456', 'Authorization: (redacted) (redacted)'],
  ['curl -H "X-Api-Key: hunter22"', 'curl -H "X-Api-Key: (redacted)"'],
  [
    '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nx',
    '-----BEGIN RSA PRIVATE KEY----- (redacted)\nx',
  ],
  ['environment: {DB_PASSWORD: hunter22, LOG: info}', 'environment: {DB_PASSWORD: (redacted), LOG: info}'],
  ['mysqld --verbose --password hunter22', 'mysqld --verbose --password (redacted)'],
  ['said: "password=hunter22"', 'said: "password=(redacted)"'],
  ['listening on 0.0.0.0:8080, level=info', 'listening on 0.0.0.0:8080, level=info'],
  ['2026-11-21T02:05:00Z key frame: 17', '2026-11-21T02:05:00Z key frame: 17'],
])('in a text: %s', (text, expected) => expect(redactText(text)).toBe(expected));

test('in settings, by name, and the rest stays as it is', () => {
  const settings = {
    Env: ['DB_PASSWORD=hunter22', 'LOG_LEVEL=info', 'URL=amqp://u:rabbits1@mq'],
    Labels: { 'com.example.token': 'hunter33', tier: 'gold' },
    Cmd: ['serve', '--secret', 'hunter44', '--port', '80'],
    mounts: [{ slotKey: 'volume:data', key: 'volume:data' }],
    Memory: 17,
  };
  expect(redactJson(settings)).toEqual({
    Env: ['DB_PASSWORD=(redacted)', 'LOG_LEVEL=info', 'URL=amqp://u:(redacted)@mq'],
    Labels: { 'com.example.token': '(redacted)', tier: 'gold' },
    Cmd: ['serve', '--secret', '(redacted)', '--port', '80'],
    mounts: [{ slotKey: 'volume:data', key: 'volume:data' }],
    Memory: 17,
  });
  expect([...secretsIn(settings)].sort()).toEqual(['hunter22', 'hunter33', 'hunter44', 'rabbits1']);
});

test('a known secret is taken out wherever it stands, also within another', () => {
  expect(redactText('it said hunter22-and-more, then hunter22', ['hunter22', 'hunter22-and-more'])).toBe(
    'it said (redacted), then (redacted)',
  );
  expect(redactJson({ note: 'hunter22', list: ['xhunter22x'] }, ['hunter22'])).toEqual({
    note: '(redacted)',
    list: ['x(redacted)x'],
  });
});

test('a long line takes no time', () => {
  const begun = performance.now();
  redactText(`${'a:b@'.repeat(20_000)} ${'x://'.repeat(20_000)} ${'--a '.repeat(20_000)} ${'key = '.repeat(20_000)}`);
  expect(performance.now() - begun).toBeLessThan(2_000);
});
