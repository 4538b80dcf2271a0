import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DIST, leftOver, runDemo, temporaryDirectory } from './demo-process.ts';

const TIMEOUT_MS = 120_000;

const IN_ORDER = [
  'Engine: the embedded one, because no Docker Engine answers at unix://',
  'acme itself says',
  'version 1.0, data format 1, 3 notes',
  '[admin@belay]> adopt acme',
  '[admin@acme]> show system',
  '[admin@acme]> show versions',
  '[admin@acme]> show upgrade plan 2.0',
  '[admin@acme]> upgrade system 2.0',
  'acme now runs 2.0',
  'version 2.0, data format 2, 3 notes',
  '[admin@acme]> upgrade system 2.1',
  'acme is back on 2.0',
  'exited with code 70',
  'FATAL: index page 7',
  'version 2.0, data format 2, 4 notes',
  '[admin@acme]> show rollback plan',
  '[admin@acme]> rollback system\n',
  'acme now runs 1.0',
  'version 1.0, data format 1, 3 notes',
  '[admin@acme]> rollback system to R',
  'acme now runs 2.0',
  'version 2.0, data format 2, 4 notes',
  '[admin@acme]> show releases',
  '[admin@acme]> show upgrade history',
  'Every version, every exit code and every note was as it should be.',
  'All that was started is stopped and removed.',
];

/** The sentences that are missing, each looked for behind the one before. */
function missing(output: string, sentences: readonly string[]): string[] {
  let position = 0;
  return sentences.filter((sentence) => {
    const found = output.indexOf(sentence, position);
    if (found >= 0) position = found + sentence.length;
    return found < 0;
  });
}

describe.concurrent('the tour without Docker', () => {
  test('plays to its end, and leaves nothing', { timeout: TIMEOUT_MS }, async (context) => {
    const run = runDemo(context);
    expect([await run.ended, run.output()]).toEqual([0, expect.any(String)]);
    expect(missing(run.output(), IN_ORDER)).toEqual([]);
    expect(run.output()).not.toContain('\x1b');
    expect(leftOver(run)).toEqual([]);
  });

  test('takes everything away on Ctrl-C in the middle of an upgrade', { timeout: TIMEOUT_MS }, async (context) => {
    const run = runDemo(context);
    await expect.poll(run.output, { timeout: 60_000 }).toContain('done      Turn off 1.0');
    expect(leftOver(run)).not.toEqual([]);
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(130);
    expect(leftOver(run)).toEqual([]);
  });

  test('fails, and says why, where the broken version is not broken', { timeout: TIMEOUT_MS }, async (context) => {
    const dist = temporaryDirectory(context);
    cpSync(DIST, dist, { recursive: true });
    const appliance = join(dist, 'sample-appliance.js');
    const text = readFileSync(appliance, 'utf8');
    expect(text).toMatch(/crashAfterMs: ?800/);
    writeFileSync(appliance, text.replace(/crashAfterMs: ?800/, 'crashAfterMs: undefined'));
    const run = runDemo(context, { dist });
    expect(await run.ended).toBe(1);
    expect(run.output()).toContain('✖ "upgrade system 2.1" should end with exit code 1, and ended with 0.');
    expect(leftOver(run)).toEqual([]);
  });

  test('knows one argument', async (context) => {
    const run = runDemo(context, { args: ['--podman'] });
    expect(await run.ended).toBe(2);
    expect(run.output()).toContain('Usage: npm run demo');
  });
});
