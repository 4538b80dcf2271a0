import type { Client } from '../../api/client/client.ts';
import type { ReleaseView } from '../../api/contract/release-views.ts';
import { command } from '../command.ts';
import { count } from '../count-kind.ts';
import { ShellError } from '../failure.ts';
import { releaseTable } from '../views/releases.ts';

/** What fits on a screen. */
const SHOWN = 20;
const PAGE = 1000;

export const showReleases = command({
  words: ['show', 'releases'],
  summary: 'The releases, newest first',
  about:
    'A release is a version with its configuration and its data. None is ever lost: the newest twenty are shown, and ' +
    'with all every one that there has been.',
  effect: 'looks',
  examples: ['show releases', 'show releases last 50', 'show releases all | include 2.1', 'show releases --json'],
  parameters: [
    {
      name: 'last',
      kind: count,
      help: 'How many of the newest',
      optional: true,
      after: { word: 'last', help: 'More or fewer of the newest' },
    },
    { name: 'all', flag: true, help: 'Every release that there has been' },
  ],
  async run({ last, all }, { client, output, options, signal, nowMs, answer }) {
    if (all && last !== undefined)
      throw new ShellError('usage', 'Either all, or the last of them.', 'help show releases');
    const wanted = all ? Number.POSITIVE_INFINITY : Number(last ?? SHOWN);
    const { releases, more } = await newest(client, wanted, signal);
    const isData = options.json || options.yaml;
    // Whoever reads on must not take them for all.
    if (more && (isData || !output.isTerminal)) {
      output.errors([`These are the newest ${releases.length}. To see every one: show releases all`]);
    }
    const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
    return answer(
      releases,
      () => releaseTable(releases, screen),
      ([latest, earlier]) => [
        ...(more ? [{ purpose: 'There are more', line: 'show releases all' }] : []),
        ...releases
          .filter(({ note }) => note)
          .slice(0, 1)
          .map(({ id }) => ({ purpose: '* has a note', line: `show release ${id}` })),
        ...(latest && earlier
          ? [
              { purpose: 'One in full', line: `show release ${latest.id}` },
              { purpose: 'To go back', line: 'rollback system' },
            ]
          : [{ purpose: 'What it could become', line: 'show versions' }]),
      ],
    );
  },
});

/** So many of the newest, page by page, and whether there are more. */
async function newest(
  client: Client,
  wanted: number,
  signal: AbortSignal,
): Promise<{ releases: ReleaseView[]; more: boolean }> {
  const releases: ReleaseView[] = [];
  for (;;) {
    // One more than wanted, to know whether there is one.
    const limit = Math.min(PAGE, wanted + 1 - releases.length);
    const before = releases.at(-1)?.id;
    const page = await client.releases({ limit, ...(before === undefined ? {} : { before }) }, signal);
    releases.push(...page);
    if (page.length < limit || releases.length > wanted) break;
  }
  return { releases: releases.slice(0, wanted), more: releases.length > wanted };
}
