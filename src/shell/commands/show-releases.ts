import { command } from '../command.ts';
import { releaseTable } from '../views/releases.ts';

const MOST = 1000;

export const showReleases = command({
  words: ['show', 'releases'],
  summary: 'Every release, newest first',
  about: 'A release is a version with its configuration and its data. None is ever lost.',
  effect: 'looks',
  examples: ['show releases', 'show releases --json'],
  parameters: [],
  async run(_values, { client, output, signal, nowMs, answer }) {
    const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
    return answer(
      await client.releases({ limit: MOST }, signal),
      (releases) => releaseTable(releases, screen),
      ([newest, earlier]) =>
        earlier && newest
          ? [
              { purpose: 'One in full', line: `show release ${newest.id}` },
              { purpose: 'To go back', line: 'rollback system' },
            ]
          : [{ purpose: 'What it could become', line: 'show versions' }],
    );
  },
});
