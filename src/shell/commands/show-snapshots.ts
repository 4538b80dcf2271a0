import { command } from '../command.ts';
import { snapshot } from '../kinds.ts';
import { snapshotLines, snapshotTable } from '../views/snapshots.ts';

export const showSnapshots = command({
  words: ['show', 'snapshots'],
  summary: 'The data that can be gone back to',
  about:
    'An instant snapshot is kept as it was left: going back to it takes a second. The older ones are archives, which ' +
    'are unpacked first; imported ones came in a file.',
  effect: 'looks',
  examples: ['show snapshots', 'show snapshots --json'],
  parameters: [],
  async run(_, { client, output, signal, nowMs, answer }) {
    const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
    return answer(
      await client.snapshots(signal),
      (snapshots) => snapshotTable(snapshots, screen),
      ([newest]) => (newest ? [{ purpose: 'One in full', line: `show snapshot ${newest.id}` }] : []),
    );
  },
});

export const showSnapshot = command({
  words: ['show', 'snapshot'],
  summary: 'One snapshot, and what depends on it',
  about: 'Where it is, how large it is, what it holds, and which releases could not be gone back to without it.',
  effect: 'looks',
  examples: ['show snapshot SPQXVNXFGXU'],
  parameters: [{ name: 'snapshot', kind: snapshot, help: 'The snapshot' }],
  async run(values, { client, output, signal, nowMs, answer }) {
    const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
    return answer(
      await client.snapshot(values.snapshot, signal),
      (found) => snapshotLines(found, screen),
      ({ id }) => [{ purpose: 'To see what putting it back would do', line: `show restore plan ${id}` }],
    );
  },
});
