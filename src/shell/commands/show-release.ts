import { command } from '../command.ts';
import { release } from '../release-kinds.ts';
import { resolveRelease } from '../resolve-release.ts';
import { nextOfRelease, releaseLines } from '../views/releases.ts';

export const showRelease = command({
  words: ['show', 'release'],
  summary: 'One release in full',
  about:
    'Where it came from, its services with their images, settings and mounts, where its data is, and what somebody has ' +
    'noted about it. The first letters of the id do, or the version where only one release has it. Secrets are not shown.',
  effect: 'looks',
  examples: ['show release RHKOIXXVDMJ'],
  parameters: [{ name: 'release', kind: release, help: 'The release to show' }],
  async run(values, { client, output, signal, nowMs, answer }) {
    const id = await resolveRelease(client, values.release, signal);
    const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
    return answer(await client.release(id, signal), (detail) => releaseLines(detail, screen), nextOfRelease);
  },
});
