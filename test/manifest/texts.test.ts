import { describe, expect, test } from 'vitest';
import { readEnvFile } from '../../src/manifest/env-file.ts';
import { interpolated } from '../../src/manifest/interpolate.ts';
import { nearestName } from '../../src/manifest/nearest.ts';
import { readPort, readVolume } from '../../src/manifest/short-forms.ts';
import { splitWords } from '../../src/manifest/words.ts';

describe('variables', () => {
  const variables = { A: 'one', EMPTY: '', B: '$A' };
  test.each([
    ['$A', 'one'],
    ['${A}-$A', 'one-one'],
    ['${A:-two}', 'one'],
    ['${EMPTY:-two}', 'two'],
    ['${EMPTY-two}', ''],
    ['${X-two}', 'two'],
    ['${X:-${A}/three}', 'one/three'],
    ['${A:+yes}', 'yes'],
    ['${X+yes}', ''],
    ['${EMPTY:+yes}', ''],
    ['${A:?needed}', 'one'],
    ['$$A', '$A'],
    ['$B', '$A'],
    ['100 %', '100 %'],
  ])('%s is %j', (text, expected) => {
    expect(interpolated(text, variables)).toEqual({ value: expected, findings: [] });
  });

  test.each([
    ['$X', 'X is not set: give it a value in .env beside the manifest, or write ${X:-default}.'],
    ['${X}', 'X is not set: give it a value in .env beside the manifest, or write ${X:-default}.'],
    ['${EMPTY:?say where}', 'EMPTY is not set: say where.'],
    ['${A', 'A $ begins a variable, as in ${NAME} or ${NAME:-default}; a dollar sign itself is written $$.'],
    ['a $ b', 'A $ begins a variable, as in ${NAME} or ${NAME:-default}; a dollar sign itself is written $$.'],
    ['${A!x}', 'A $ begins a variable, as in ${NAME} or ${NAME:-default}; a dollar sign itself is written $$.'],
    [
      '$__proto__',
      '__proto__ is not set: give it a value in .env beside the manifest, or write ${__proto__:-default}.',
    ],
  ])('%s is a finding', (text, message) => {
    expect(interpolated({ a: [text] }, variables).findings).toEqual([{ path: ['a', 0], at: 'value', message }]);
  });

  test('defaults in defaults end somewhere', () => {
    const text = `${'${X:-'.repeat(5_000)}x${'}'.repeat(5_000)}`;
    expect(interpolated(text, {}).findings).toHaveLength(1);
  });
});

describe('environment files', () => {
  test.each([
    ['A=1', { A: '1' }],
    ['# c\n\nexport A = x y # z', { A: 'x y' }],
    ['A="x # \\"y\\"\\n"', { A: 'x # "y"\n' }],
    ["A='$x \\n'", { A: '$x \\n' }],
    ['A=', { A: '' }],
    ['A=b=c\r\nB=2', { A: 'b=c', B: '2' }],
    ['A=1\nA=2', { A: '2' }],
  ])('%j', (text, variables) => {
    expect(readEnvFile(text).problems).toEqual([]);
    expect({ ...readEnvFile(text).variables }).toEqual(variables);
  });

  test.each(['A', '1A=2', '=x', 'A="x', "A='x", 'A B=1'])('%j is refused, with its line', (text) => {
    const message = 'A line of an environment file is written NAME=value.';
    expect(readEnvFile(`OK=1\n${text}`).problems).toEqual([{ line: 2, column: 1, message }]);
  });
});

test.each([
  ['serve --name "a b"', ['serve', '--name', 'a b']],
  ['sh -c \'echo $X "y"\'', ['sh', '-c', 'echo $X "y"']],
  ['a\\ b "" c', ['a b', '', 'c']],
  ['"a\\"b\\n"', ['a"b\\n']],
  ['   ', []],
  ['a "b', null],
  ['a \\', null],
])('the words of %j', (text, words) => {
  expect(splitWords(text)).toEqual(words);
});

const port = (target: number, published: string | null, more: object = {}) => ({
  target,
  published,
  protocol: 'tcp',
  hostIp: '',
  ...more,
});

test.each([
  ['80', [port(80, '')]],
  ['8080:80', [port(80, '8080')]],
  ['127.0.0.1:8080:80', [port(80, '8080', { hostIp: '127.0.0.1' })]],
  ['127.0.0.1::80', [port(80, '', { hostIp: '127.0.0.1' })]],
  ['[::1]:8080:80', [port(80, '8080', { hostIp: '::1' })]],
  ['53:53/udp', [port(53, '53', { protocol: 'udp' })]],
  ['3000-3001:4000-4001', [port(4000, '3000'), port(4001, '3001')]],
  ['3000-3005:80', [port(80, '3000-3005')]],
  ['0:80', null],
  ['80:65536', null],
  ['3-1:3-1', null],
  ['1-2:1-3', null],
  ['1-60000:1-60000', null],
  ['a:80', null],
  ['80/icmp', null],
  ['', null],
])('the port %j', (text, ports) => {
  expect(readPort(text)).toEqual(ports);
});

test.each([
  ['/data', { source: null, target: '/data', options: [] }],
  ['data:/data', { source: 'data', target: '/data', options: [] }],
  ['./x:/data:ro,z', { source: './x', target: '/data', options: ['ro', 'z'] }],
  ['data', null],
  ['data:data', null],
  [':/data', null],
  ['a:/b:rw:x', null],
  ['a:/b:xx', null],
])('the volume %j', (text, volume) => {
  expect(readVolume(text)).toEqual(volume);
});

test.each([
  ['prots', 'ports'],
  ['enviroment', 'environment'],
  ['containerName', 'container_name'],
  ['depends-on', 'depends_on'],
  ['zzz', null],
])('%s is meant as %s', (typed, known) => {
  expect(nearestName(typed, ['ports', 'environment', 'container_name', 'depends_on', 'pid'])).toBe(known);
});
