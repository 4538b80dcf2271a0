import { command } from '../command.ts';
import { manifestLines } from '../views/manifest.ts';

export const showManifest = command({
  words: ['show', 'manifest'],
  summary: 'What the vendor says of the appliance, as it is in force',
  about: 'The title, the floor, what is kept, and for each service its role, its version and what it has to prove.',
  effect: 'looks',
  examples: ['show manifest', 'show manifest --json'],
  parameters: [],
  async run(_values, { client, output, signal, answer }) {
    return answer(
      await client.manifest(signal),
      (view) => manifestLines(view, output),
      () => [{ purpose: 'To put another in force', line: 'apply manifest FILE' }],
    );
  },
});
