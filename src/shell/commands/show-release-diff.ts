import { command } from '../command.ts';
import { release } from '../release-kinds.ts';
import { resolveRelease } from '../resolve-release.ts';
import { releaseDiffLines } from '../views/release-diff.ts';

export const showReleaseDiff = command({
  words: ['show', 'release', 'diff'],
  summary: 'What one release has other than another one',
  about:
    'Images by their digests, settings, and the files of their data where both are at hand. Against what runs where the ' +
    'second one is left out. Secrets are not shown, only that they have changed.',
  effect: 'looks',
  examples: ['show release diff RHKOIXXVDMJ', 'show release diff RHKOIXXVDMJ RPQXVNXFGXU'],
  parameters: [
    { name: 'from', kind: release, help: 'The release to begin with' },
    {
      name: 'to',
      kind: release,
      help: 'The release to hold against it; what runs where it is left out',
      optional: true,
    },
  ],
  async run(values, { client, output, signal, nowMs, answer }) {
    const from = await resolveRelease(client, values.from, signal);
    const to = values.to === undefined ? undefined : await resolveRelease(client, values.to, signal);
    const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
    return answer(await client.releaseDiff(from, to, signal), (diff) => releaseDiffLines(diff, screen));
  },
});
