import { command } from '../command.ts';
import { exitCode, ShellError } from '../failure.ts';
import { journalCopy } from '../kinds.ts';
import { copyWords, journalLines, restoredLines } from '../views/journal.ts';

export const journalRestore = command({
  words: ['journal', 'restore'],
  summary: 'Put a copy in the place of a broken record',
  about:
    'Takes the newest sound copy, or the one that is named. The broken journal is set aside, never deleted. Containers ' +
    'and data are not touched; what they have that the copy does not know is said afterwards.',
  effect: 'changes',
  examples: ['journal restore', 'journal restore 7'],
  parameters: [{ name: 'copy', kind: journalCopy, help: 'The number of the copy', optional: true }],
  async run(values, { client, output, options, signal, nowMs, confirm, answer }) {
    const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
    const named = values.copy === undefined ? undefined : Number(values.copy);
    if (!options.yes) {
      const report = await client.journalCheck(signal);
      const copy = report.copies.find((each) => (named === undefined ? each.problem === null : each.number === named));
      if (report.state === 'usable' && report.problems.length === 0) {
        throw new ShellError('refused', 'The journal is sound, so no copy is put in its place.', 'See: journal check');
      }
      const choice = copy
        ? `This puts copy ${copy.number} in the place of the journal: ${copyWords(copy, screen.nowMs)}.`
        : null;
      const question = [...journalLines(report, screen), ...(choice ? ['', choice] : [])];
      if (copy && !(await confirm(question))) return exitCode.refused;
    }
    const restored = await client.journalRestore(named === undefined ? {} : { copy: named }, signal);
    return answer(restored, (done) => restoredLines(done, screen));
  },
});
