import { expect, test } from 'vitest';
import { envNameProblem, envOf, envValueProblem, withEnv } from '../../src/domain/environment.ts';
import { aService } from '../support/specimens.ts';

const settings = (Env: string[]) => ({ config: { Env, User: '1' }, hostConfig: {}, networks: {} });

test('what is set keeps its place, what is new comes behind it, and what goes is gone', () => {
  const service = aService({ settings: settings(['A=1', 'B=a=b', 'C']) });
  expect(envOf(service)).toEqual([
    { name: 'A', value: '1' },
    { name: 'B', value: 'a=b' },
    { name: 'C', value: '' },
  ]);
  const change = {
    set: [
      { name: 'D', value: 'x y\nz' },
      { name: 'A', value: '' },
    ],
    unset: ['C', 'NONE'],
  };
  expect(withEnv(service, change).settings.config).toEqual({ Env: ['A=', 'B=a=b', 'D=x y\nz'], User: '1' });
  expect(service.settings.config['Env']).toEqual(['A=1', 'B=a=b', 'C']);
});

test('an environment without variables is none', () => {
  const service = aService({ settings: settings(['A=1']) });
  expect(withEnv(service, { set: [], unset: ['A'] }).settings.config).toEqual({ User: '1' });
});

test.each(['LOG_LEVEL', '_', 'a1', 'x'.repeat(255)])('%s is a name', (name) => expect(envNameProblem(name)).toBeNull());
test.each(['', '1A', 'A B', 'A=1', 'A-B', 'Ä', 'A\n', 'x'.repeat(256)])('"%s" is no name', (name) =>
  expect(envNameProblem(name)).toContain('LOG_LEVEL'),
);

test('a value is anything but NUL, up to 32 KiB', () => {
  expect(['', 'a\nb', 'ü'.repeat(16_384), '"'].map(envValueProblem)).toEqual([null, null, null, null]);
  expect(envValueProblem('a\0b')).toContain('NUL');
  expect(envValueProblem(`${'ü'.repeat(16_384)}x`)).toContain('32 KiB');
});
