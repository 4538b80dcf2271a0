import { describe, expect, test } from 'vitest';
import { readYaml } from '../../src/manifest/yaml-source.ts';

const plain = (text: string) => JSON.parse(JSON.stringify(readYaml(text).value));
const problems = (text: string) =>
  readYaml(text).problems.map(({ line, column, message }) => `${line}:${column} ${message}`);

describe('values are the text of the file', () => {
  test.each([
    ['a: 1.10', { a: '1.10' }],
    ['a: no', { a: 'no' }],
    ['a: 0x10', { a: '0x10' }],
    ['a: 2001-12-14', { a: '2001-12-14' }],
    ['a: "1\\n2"', { a: '1\n2' }],
    ['a: ~', { a: null }],
    ['a:', { a: null }],
    ['a: "null"', { a: 'null' }],
    ['1: x', { 1: 'x' }],
    ['a: [1, [2]]', { a: ['1', ['2']] }],
    ['\uFEFFa: 1', { a: '1' }],
    ['x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}', { x: { a: '1', b: '2' }, y: { b: '3', a: '1' } }],
    ['x: &x {a: 1}\nz: &z {c: 1}\ny: {<<: [*x, *z]}', { x: { a: '1' }, z: { c: '1' }, y: { a: '1', c: '1' } }],
    ['a: &a 1\nb: *a\nc: &a 2\nd: *a', { a: '1', b: '1', c: '2', d: '2' }],
    ['a: |\n  x\n  y\n', { a: 'x\ny\n' }],
  ])('%j', (text, value) => {
    expect(problems(text)).toEqual([]);
    expect(plain(text)).toEqual(value);
  });
});

describe('what is refused, and where', () => {
  test.each([
    ['a: 1\nb: 2\na: 3', ['3:1 a stands here twice.']],
    ['b:\n  __proto__: {x: 1}', ['2:3 __proto__ cannot be a key.']],
    ['constructor: 1', ['1:1 constructor cannot be a key.']],
    ['? [a]\n: b', ['1:3 A key has to be a word.']],
    ['a: !!js/function x', ['1:4 Unresolved tag: tag:yaml.org,2002:js/function.']],
    ['a: !secret x', ['1:4 Unresolved tag: !secret.']],
    ['a: !!str 1', ['1:10 The tag tag:yaml.org,2002:str is not used here.']],
    ['a: 1\n---\nb: 2', ['2:1 A second document begins here; one file describes one appliance.']],
    ['a: "\\0"', ['1:4 A NUL character cannot stand here.']],
    ['a:\n\t- b', ['2:1 Tabs are not allowed as indentation.']],
    ['a: *nope', ['1:4 There is no &nope before this *nope.']],
    ['a: *b\nb: &b 1', ['1:4 There is no &b before this *b.']],
    ['a: {<<: 3}', ['1:9 << takes over the keys of a map, and this is none.']],
    ['a: &a [*a]', ['1:8 With its aliases followed, the file has more than 40 levels.']],
    ['a: "x', ['1:6 Missing closing "quote.']],
  ])('%j', (text, expected) => {
    expect(problems(text)).toEqual(expected);
  });

  test('a file that grows when it is read', () => {
    const level = (name: string, of: string) => `${name}: &${name} [${Array.from({ length: 9 }, () => `*${of}`)}]`;
    const bomb = ['a: &a [x]', level('b', 'a'), level('c', 'b'), level('d', 'c'), level('e', 'd'), level('f', 'e')];
    expect(problems(bomb.join('\n'))).toEqual([
      expect.stringMatching(/^\d+:\d+ With its aliases followed, the file has more than 20000 values\.$/),
    ]);
  });

  test.each([
    ['nested flow lists', '['.repeat(100_000)],
    ['nested block lists', '- '.repeat(60_000)],
  ])('%s that go deeper than anybody reads', (_, text) => {
    expect(problems(text)).toEqual(['1:1 The file is nested too deeply to be read.']);
  });

  test('a file that is too large', () => {
    expect(problems(`a: ${'x'.repeat(256 * 1024)}`)).toEqual(['1:1 The file is larger than 256 KiB.']);
  });

  // Bounded by the test's own deadline: reading one of them must not take minutes.
  test.each([
    ['thousands of keys', Array.from({ length: 19_000 }, (_, index) => `k${index}: 1`).join('\n')],
    ['thousands of aliases', `x: &x 1\na: [${'*x,'.repeat(60_000)}]`],
    ['thousands of aliases of nothing', `a: [${'*x,'.repeat(60_000)}]`],
  ])('%s are read or refused in time', (_, text) => {
    expect(problems(text).length).toBeLessThan(60_000);
  });
});

test('finds the place of a key, of a value, and of what is around something that is missing', () => {
  const { place } = readYaml('services:\n  web:\n    image: x\n    ports: [a, b]\n');
  const at = (path: (string | number)[], what: 'key' | 'value') => {
    const { line, column } = place({ path, at: what, message: '' });
    return `${line}:${column}`;
  };
  expect(at(['services', 'web', 'ports'], 'key')).toBe('4:5');
  expect(at(['services', 'web', 'ports'], 'value')).toBe('4:12');
  expect(at(['services', 'web', 'ports', 1], 'value')).toBe('4:16');
  expect(at(['services', 'web', 'volumes', 0], 'value')).toBe('3:5');
  expect(at(['nothing'], 'key')).toBe('1:1');
});
