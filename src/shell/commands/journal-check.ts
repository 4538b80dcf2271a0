import { command } from '../command.ts';
import { journalLines } from '../views/journal.ts';

export const journalCheck = command({
  words: ['journal', 'check'],
  summary: 'Whether the record is sound, and which copies there are',
  about:
    'Reads the whole journal: that its pages hang together, and that what it says does. Lists its copies, one of which ' +
    'is made after each operation. It answers also while the journal cannot be used.',
  effect: 'looks',
  examples: ['journal check', 'journal check --json'],
  parameters: [],
  async run(_values, { client, output, signal, nowMs, answer }) {
    const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
    return answer(await client.journalCheck(signal), (report) => journalLines(report, screen));
  },
});
