import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diagnose } from '../../../src/shell/grammar/diagnosis.ts';
import { type Parsed, parse } from '../../../src/shell/grammar/parse.ts';
import { createPaint } from '../../../src/shell/paint.ts';
import { registry } from '../../../src/shell/registry.ts';
import { usageOf } from '../../../src/shell/views/help.ts';

const read = (line: string): Parsed => parse(registry, line);

function commandOf(line: string) {
  const parsed = read(line);
  if (parsed.outcome !== 'command') return expect.fail(`${line}: ${parsed.outcome}`);
  return parsed;
}

const wrong = (line: string, indent = 0): string[] => {
  const parsed = read(line);
  if (parsed.outcome === 'command' || parsed.outcome === 'empty') return expect.fail(`${line} is right`);
  return diagnose(parsed, { line, indent, width: 80 }, createPaint(false));
};

test.each([
  ['show releases', 'show releases', {}],
  ['sh releases', 'show releases', {}],
  ['SHOW Sys', 'show system', {}],
  ['show release rabc', 'show release rabc', { release: 'rabc' }],
  ['u s 2.1.0', null, {}],
  ['upg s 2.1.0', 'upgrade system 2.1.0', { version: '2.1.0' }],
  ['rollback system', 'rollback system', {}],
  ['ro s t RABCDEFGHIJ', 'rollback system to RABCDEFGHIJ', { release: 'RABCDEFGHIJ' }],
  ['adopt web', 'adopt web', { container: 'web' }],
  ['adopt web as acme', 'adopt web as acme', { container: 'web', name: 'acme' }],
  ['adopt as', 'adopt as', { container: 'as' }],
  ['show upgrade status', 'show upgrade status', {}],
  ['sh up st w', 'show upgrade status watch', { watch: true }],
  ['show rollback plan', 'show rollback plan', {}],
  ['show rollback plan RA', 'show rollback plan RA', { release: 'RA' }],
  ['quit', 'quit', {}],
  ['set env LOG debug', 'set env LOG debug', { variable: 'LOG', value: 'debug' }],
  ['set e LOG "very loud" web', 'set env LOG "very loud" web', { value: 'very loud', service: 'web' }],
  ['set env LOG a=b', 'set env LOG a=b', { variable: 'LOG', value: 'a=b' }],
  ['set env A=1', 'set env A=1', { variables: ['A=1'] }],
  ['set env A="x y" B= web', 'set env "A=x y" B= web', { variables: ['A=x y', 'B='], service: 'web' }],
  ['unset env LOG web', 'unset env LOG web', { variable: 'LOG', service: 'web' }],
  ['set image a/b:1 web force', 'set image a/b:1 web force', { reference: 'a/b:1', service: 'web', force: true }],
  ['set image a/b:1 force', 'set image a/b:1 force', { force: true }],
  ['help', 'help', {}],
  ['help upg sys', 'help upgrade system', { words: 'upgrade system' }],
])('%s', (line, full, values) => {
  if (full === null) return expect(read(line).outcome).toBe('ambiguous');
  expect(commandOf(line)).toMatchObject({ full, values });
});

test('knows what was abbreviated', () => {
  expect(commandOf('rollback system').abbreviated).toBe(false);
  expect(commandOf('roll system').abbreviated).toBe(true);
  expect(commandOf('show release "R"').abbreviated).toBe(false);
});

test('takes options anywhere, and only those that the command has', () => {
  expect(commandOf('--json show releases').options).toEqual({ json: true, yaml: false, yes: false, noWait: false });
  expect(commandOf('upgrade system 2 --yes --no-wait').options).toEqual({
    json: false,
    yaml: false,
    yes: true,
    noWait: true,
  });
  expect(wrong('show releases --yes')).toEqual([
    '              ^',
    "% Invalid input detected at '^' marker.",
    '--yes is for commands that change something.',
  ]);
  expect(wrong('show releases --colour')[2]).toBe('There is no such option.');
});

test('a word that fits several names them with their help', () => {
  expect(wrong('show rel')).toEqual([
    "% Ambiguous command: 'show rel' is ambiguous.",
    '  releases  The releases, newest first',
    '  release   One release in full',
  ]);
});

test('what is missing is said', () => {
  expect(wrong('upgrade system')).toEqual(['% Incomplete command. What may follow:', '  VERSION  The version to run']);
  expect(wrong('rollback system to')[0]).toMatch(/^% Incomplete command/);
});

test('the caret stands under the wrong word, behind the prompt', () => {
  expect(wrong('show  foo', 14)[0]).toBe(`${' '.repeat(20)}^`);
});

test('the caret counts columns, not characters', () => {
  expect(wrong('adopt "日本" foo')[0]).toBe('      ^');
  expect(wrong('adopt web as 日本')[0]).toBe(`${' '.repeat(13)}^`);
  expect(wrong('show release R "日本語"')[0]).toBe(`${' '.repeat(15)}^`);
  expect(wrong('show release "ｒ" x')[0]).toBe(`${' '.repeat(13)}^`);
});

test('the caret follows a line that wraps', () => {
  expect(wrong('show foo', 76)[0]).toBe(' ^');
});

test('what begins like nothing is no guess at a name', () => {
  for (const line of ['ls', '/etc/passwd', 'sudo reboot']) expect(wrong(line).join('\n')).not.toContain('Did you mean');
  expect(wrong('releases')).toContain('Did you mean: show releases');
});

test('what could be the name of several things is no guess at one of them', () => {
  expect(wrong('show running-config').join('\n')).not.toContain('Did you mean');
  expect(wrong('show 2.1.0')).toContain('Did you mean: show release 2.1.0');
  expect(wrong('show RABCDEFGHIJ')).toContain('Did you mean: show release RABCDEFGHIJ');
});

test('the caret stays on the screen with what may stand there', () => {
  for (const line of ['reload', 'show running-config']) {
    expect(wrong(line).length).toBeLessThan(10);
    expect(wrong(line)[2]).toBe('What may stand there:');
  }
  expect(wrong('reload')[3]).toMatch(/^ {2}show, upgrade, /);
  expect(wrong('delete').at(-1)).toMatch(/^ {2}file +Delete an answer/);
});

test('a quote that is not closed is pointed at', () => {
  expect(wrong('adopt "web')).toEqual([
    '      ^',
    "% Invalid input detected at '^' marker.",
    'This quote is not closed.',
  ]);
});

test.each([
  ['shwo releases', 'show releases'],
  ['show relaeses', 'show releases'],
  ['show upgrade stauts', 'show upgrade status'],
])('%s: the nearest command', (line, nearest) => {
  expect(wrong(line)).toContain(`Did you mean: ${nearest}`);
});

test('a value of the wrong kind is refused with the reason', () => {
  expect(wrong('upgrade system ../x')[2]).toBe('A version is a tag such as 2.1.0.');
  expect(wrong('show release latest')[2]).toMatch(/^A release is R and ten letters/);
});

test('every command can be read from its own examples', () => {
  for (const command of registry.commands) {
    expect(command.examples.length, usageOf(command)).toBeGreaterThan(0);
    for (const example of command.examples) expect(commandOf(example).command, example).toBe(command);
  }
});

test('no line makes the grammar fail, and what runs is stable in full', () => {
  const word = fc.oneof(
    fc.constantFrom('show', 'upg', 'system', 'r', 'to', 'as', '--json', '"', '\\', 'help'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (words) => {
      const parsed = read(words.join(' '));
      if (parsed.outcome !== 'command') return;
      const again = commandOf(parsed.full);
      expect([again.command, again.values, again.abbreviated]).toEqual([parsed.command, parsed.values, false]);
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['show rel | inc x', 'ambiguous', 'ambiguous'],
  ['show releases | i x | c', 'command', 'show releases | include x | count'],
  ['sh sys | js', 'command', 'show system | json'],
  ['show releases | include', 'incomplete', null],
  ['show releases |', 'incomplete', null],
  ['show releases | n', 'command', 'show releases | no-more'],
])('%s', (line, outcome, full) => {
  const parsed = read(line);
  expect(parsed.outcome).toBe(outcome);
  if (parsed.outcome === 'command') expect(parsed.full).toBe(full);
});

test.each([
  ['show releases | first x', 22, 'N is a number from 1 to 1000000.'],
  ['show releases | count | json', 24, 'json stands right behind the command: behind count there are only lines.'],
  ['show releases | save a | count', 25, 'Nothing can stand behind save.'],
  ['upgrade system 2 | count', 17, 'Only the answer of a command that looks goes through a pipe.'],
])('%s is pointed at', (line, column, why) => {
  const [caret, , reason] = wrong(line);
  expect([caret, reason]).toEqual([`${' '.repeat(column)}^`, why]);
});

test.each([
  ['upgrade 2.1.0', 'upgrade system 2.1.0'],
  ['releases', 'show releases'],
  ['show releases | inclde x', 'show releases | include x'],
])('%s: what was meant', (line, meant) => {
  expect(wrong(line)).toContain(`Did you mean: ${meant}`);
});
