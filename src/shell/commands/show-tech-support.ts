import { command } from '../command.ts';
import { formatBytes, formatCount } from '../format.ts';
import { wrap } from '../width.ts';

export const showTechSupport = command({
  words: ['show', 'tech-support'],
  summary: 'Write one file for whoever is to help, without secrets',
  about:
    'Logs and inspect answers of both sides, the journal, versions and free space, in one archive that only its owner ' +
    'may read. Passwords, tokens and keys are taken out by their names. The last five are kept.',
  effect: 'looks',
  examples: ['show tech-support', 'show tech-support --json'],
  parameters: [],
  async run(_values, { client, output, signal, answer }) {
    return answer(await client.makeTechSupport(signal), ({ path, sizeBytes, contents }) => [
      ...wrap(`Written: ${path}`, output.width).map(output.paint.good),
      ...wrap(
        `${formatCount(contents.length, 'part')}, ${formatBytes(sizeBytes)}. Secrets have been taken out; look through it before you hand it on.`,
        output.width,
      ),
    ]);
  },
});
