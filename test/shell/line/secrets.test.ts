import { expect, test } from 'vitest';
import { withoutSecrets } from '../../../src/shell/line/secrets.ts';

test.each([
  ['set env DB_PASSWORD=hunter2', 'set env DB_PASSWORD='],
  ['set env DB_PASSWORD="two words" LOG=info', 'set env DB_PASSWORD= LOG=info'],
  ["set env 'API_KEY=abc' X=1", "set env 'API_KEY= X=1"],
  ['set registry https://me:geheim@registry.example/a', 'set registry https://me:@registry.example/a'],
  ['login token abc.def', 'login token'],
  ['set env PASSWORD_FILE=/run/x', 'set env PASSWORD_FILE='],
  ['set secret LICENCE', 'set secret LICENCE'],
  ['set secret LICENCE hunter2 web', 'set secret LICENCE'],
  ['set s LICENCE=hunter2', 'set s LICENCE'],
  ['set env DB_PASSWORD hunter2', 'set env DB_PASSWORD'],
  ['set env DB_PASSWORD "two words" web', 'set env DB_PASSWORD  web'],
  ['set e SMTP_PWD hunter2\\ and\\ more', 'set e SMTP_PWD'],
  ["set env LOG=info 'AUTH_KEY=a b' X=1", "set env LOG=info 'AUTH_KEY= X=1"],
  ['set env KEY="a \\" b"c LOG=info', 'set env KEY= LOG=info'],
  ['set env URL https://me:geheim@db.example/a', 'set env URL https://me:@db.example/a'],
])('%s', (line, kept) => {
  expect(withoutSecrets(line)).toBe(kept);
});

test.each([
  'show releases | include token',
  'show system',
  'upgrade system 2.1.0',
  'adopt passport-server as acme',
  'show file compass',
  'set env LOG_LEVEL debug web',
  'set env LOG_LEVEL="very loud" WORKERS=4',
])('%s stays as it is', (line) => {
  expect(withoutSecrets(line)).toBe(line);
});
