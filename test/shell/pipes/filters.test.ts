import { describe, expect, test } from 'vitest';
import { parse } from '../../../src/shell/grammar/parse.ts';
import type { Output } from '../../../src/shell/output.ts';
import { createPaint } from '../../../src/shell/paint.ts';
import { Answer } from '../../../src/shell/pipes/answer.ts';
import { matcher } from '../../../src/shell/pipes/pattern.ts';
import { pipes } from '../../../src/shell/pipes/pipes.ts';
import { registry } from '../../../src/shell/registry.ts';

const LINES = [
  'NAME   STATE',
  'server',
  '  Image  acme:2.1',
  '    Digest  sha256:ab',
  '',
  '\x1b[31mworker\x1b[39m',
  '  Image  acme:2.0',
];

async function through(piped: string, lines: readonly string[] = LINES): Promise<string[]> {
  const shown: string[] = [];
  const to: Output = {
    isTerminal: false,
    width: 80,
    rows: 24,
    paint: createPaint(false),
    lines: (some) => shown.push(...some),
    errors: (some) => shown.push(...some),
  };
  const parsed = parse(registry, `show releases | ${piped}`);
  if (parsed.outcome !== 'command') return expect.fail(`${piped}: ${parsed.outcome}`);
  const answer = await Answer.open(parsed.pipes, { to, page: null });
  answer.output.lines(lines);
  await answer.end();
  return shown;
}

test.each([
  ['include image', [LINES[2], LINES[6]]],
  ['include Image', [LINES[2], LINES[6]]],
  ['include IMAGE', []],
  ['include 2\\\\.[01]', [LINES[2], LINES[6]]],
  ['include digest|worker', [LINES[3], LINES[5]]],
  ['exclude image', [LINES[0], LINES[1], LINES[3], LINES[4], LINES[5]]],
  ['begin ^worker', [LINES[5], LINES[6]]],
  ['section server', LINES.slice(1, 4)],
  ['section ^worker', [LINES[5], LINES[6]]],
  ['section image', [LINES[2], LINES[3], LINES[6]]],
  ['first 2', LINES.slice(0, 2)],
  ['last 2', LINES.slice(-2)],
  ['last 100', LINES],
  ['count', ['Count: 7 lines']],
  ['include nothing | count', ['Count: 0 lines']],
  ['include image | last 1 | count', ['Count: 1 line']],
  ['exclude ^$ | no-more | first 1', [LINES[0]]],
])('%s', async (piped, expected) => {
  expect(await through(piped)).toEqual(expected);
});

test('a count behind a filter that ends late counts what that one still has', async () => {
  expect(await through('last 3 | first 2')).toEqual(LINES.slice(4, 6));
});

test('an expression that cannot be read is refused before the command runs', async () => {
  await expect(through('include "(a"')).rejects.toMatchObject({ code: 'usage' });
});

describe('expressions', () => {
  test('take time in proportion to the line, whatever they say', async () => {
    // Backtracking would go on for longer than the universe is old.
    const matches = await matcher('^(([a-z])+.)+[A-Z]([a-z])+$');
    expect(matches(`${'a'.repeat(5_000)}!`)).toBe(false);
  });

  test('see through colours', async () => {
    expect((await matcher('^worker$'))(LINES[5] ?? '')).toBe(true);
  });
});

test('every example of a pipe can be read, behind a command that looks', () => {
  for (const pipe of pipes.commands) {
    expect(pipe.examples.length).toBeGreaterThan(0);
    for (const example of pipe.examples) {
      const parsed = parse(registry, example);
      if (parsed.outcome !== 'command') expect.fail(example);
      else expect(parsed.pipes.map((call) => call.pipe)).toContain(pipe);
    }
  }
});
