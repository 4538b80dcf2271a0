import { expect, test } from 'vitest';
import type { CliReleasesView } from '../../src/api/contract/cli-releases.ts';
import { rollbackCli, updateCli } from '../../src/shell/commands/cli-releases.ts';
import type { Context } from '../../src/shell/context.ts';

const installed = '2026-11-01T10:00:00.000Z';
const release = (version: string, problem: string | null = null) => ({
  version,
  installed,
  isCurrent: version === '0.2.0',
  problem,
});
const FOUND: CliReleasesView = {
  root: '/opt/belay',
  running: '0.2.0',
  previous: '0.1.0',
  releases: [release('0.2.0'), release('0.1.0'), release('0.0.9', 'Belay 0.0.9 cannot read the journal any more.')],
  changes: [],
};

/** What the command asks before it does anything; it is answered with no. */
async function asked(run: (context: Context) => Promise<unknown>, found: Partial<CliReleasesView> = {}) {
  const questions: string[] = [];
  const context = {
    client: { cliReleases: async () => ({ ...FOUND, ...found }) },
    signal: new AbortController().signal,
    confirm: async (lines: readonly string[]) => {
      questions.push(...lines);
      return false;
    },
  } as unknown as Context;
  await run(context);
  return questions;
}
const update = (version: string, file?: string) => (context: Context) =>
  updateCli.run({ version, ...(file ? { file } : {}) } as Parameters<typeof updateCli.run>[0], context);
const rollback = (version?: string) => (context: Context) =>
  rollbackCli.run({ version } as Parameters<typeof rollbackCli.run>[0], context);

test('the question says from which release to which, and what is not touched', async () => {
  expect((await asked(update('0.1.0'))).join('\n')).toMatch(/from 0\.2\.0 to 0\.1\.0\.\n.*not touched/);
  expect((await asked(update('0.3.0', '/usb/belay.tgz')))[0]).toContain('to 0.3.0, from /usb/belay.tgz.');
  expect((await asked(rollback()))[0]).toContain('back from 0.2.0 to 0.1.0.');
});

test.each([
  ['one that is not here', update('9.9.9'), 'Belay 9.9.9 is not installed here.', /update cli 9\.9\.9 from FILE/],
  ['one that runs already', update('0.2.0'), 'Belay 0.2.0 runs already.', /show cli releases/],
  ['one that cannot read the journal', rollback('0.0.9'), 'cannot read the journal', /show cli releases/],
])('%s is refused before anything is asked', async (_, run, message, hint) => {
  await expect(asked(run)).rejects.toMatchObject({
    message: expect.stringContaining(message),
    hint: expect.stringMatching(hint),
  });
});

test('so is a change where nothing is installed, or nothing was before', async () => {
  const bare = { root: null, previous: null, releases: [] };
  await expect(asked(update('0.3.0', '/usb/belay.tgz'), bare)).rejects.toMatchObject({
    hint: expect.stringContaining('install cli /opt/belay'),
  });
  await expect(asked(rollback(), { previous: null })).rejects.toMatchObject({ code: 'not-found' });
});
