import { command } from '../command.ts';
import { exitCode } from '../failure.ts';
import { text } from '../kinds.ts';
import { release } from '../release-kinds.ts';
import { resolveRelease } from '../resolve-release.ts';
import { wrap } from '../width.ts';

export const noteRelease = command({
  words: ['note', 'release'],
  summary: 'Write something about a release',
  about:
    'One line, such as why it was made or what to beware of, for whoever comes next: it is in show release with who ' +
    'wrote it, and show releases marks the release. A new note takes the place of the old one; "" leaves none.',
  effect: 'changes',
  examples: ['note release RHKOIXXVDMJ last one before the new database', 'note release RHKOIXXVDMJ ""'],
  parameters: [
    { name: 'release', kind: release, help: 'The release to write about' },
    { name: 'text', kind: text, help: 'What is to be known; "" for nothing any more', rest: true },
  ],
  async run(values, { client, output, options, signal, confirm, answer }) {
    const id = await resolveRelease(client, values.release, signal);
    if (!options.yes) {
      const { version, note } = await client.release(id, signal);
      const what = values.text.trim() === '' ? 'This removes the note' : 'This writes a note';
      const replaced = note === null ? '' : ` It says now: ${note.text} (${note.by})`;
      if (!(await confirm(wrap(`${what} about ${version} (${id}).${replaced}`, output.width)))) return exitCode.refused;
    }
    const noted = await client.noteRelease(id, { text: values.text }, signal);
    return answer(noted, ({ version, note }) => {
      const said = note === null ? `${version} (${id}) has no note.` : `Noted with ${version} (${id}): ${note.text}`;
      return wrap(said, output.width).map(output.paint.good);
    });
  },
});
