import { command } from '../command.ts';
import { release } from '../release-kinds.ts';
import { resolveRelease } from '../resolve-release.ts';
import { releaseLines } from '../views/releases.ts';

export const showRelease = command({
  words: ['show', 'release'],
  summary: 'One release in full',
  about: 'Its services with their images, settings and mounts, and where its data is. The first letters of the id do.',
  effect: 'looks',
  examples: ['show release RHKOIXXVDMJ'],
  parameters: [{ name: 'release', kind: release, help: 'The release to show' }],
  async run(values, { client, output, signal, nowMs, answer }) {
    const id = await resolveRelease(client, values.release, signal);
    const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
    return answer(
      await client.release(id, signal),
      (detail) => releaseLines(detail, screen),
      ({ status }) =>
        status === 'active' ? [] : [{ purpose: 'What going there would give up', line: `show rollback plan ${id}` }],
    );
  },
});
