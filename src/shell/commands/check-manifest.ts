import { command } from '../command.ts';
import { exitCode } from '../failure.ts';
import { file } from '../kinds.ts';
import { readManifestFile } from '../manifest-file.ts';
import { manifestCheckLines } from '../views/manifest.ts';

export const checkManifest = command({
  words: ['check', 'manifest'],
  summary: 'Everything that is wrong with a manifest',
  about:
    'Reads an appliance.yaml and says all that is wrong with it, each with its line and column, or what it asks for. ' +
    'It is a Compose file with x-belay for the rest. Nothing is changed.',
  effect: 'looks',
  examples: ['check manifest appliance.yaml'],
  parameters: [{ name: 'file', kind: file, help: 'The manifest, such as appliance.yaml' }],
  async run(values, { client, output, signal, answer }) {
    const { check } = await readManifestFile(values.file, client, { signal });
    await answer(check, (view) => manifestCheckLines(view, values.file, output));
    return check.problems.length > 0 ? exitCode.usage : exitCode.done;
  },
});
