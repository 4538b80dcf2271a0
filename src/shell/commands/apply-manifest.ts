import { command } from '../command.ts';
import { exitCode } from '../failure.ts';
import { file } from '../kinds.ts';
import { readSoundManifest } from '../manifest-file.ts';
import { manifestLines } from '../views/manifest.ts';

export const applyManifest = command({
  words: ['apply', 'manifest'],
  summary: 'Put what a manifest says in force',
  about:
    'Title, banner, prompt, gate, floor, retention, and which images are versioned together. What runs is not touched: ' +
    'the gate counts from the next upgrade on, and the settings of services stay as they are.',
  effect: 'changes',
  examples: ['apply manifest appliance.yaml'],
  parameters: [{ name: 'file', kind: file, help: 'The manifest, such as appliance.yaml' }],
  async run(values, { client, output, signal, confirm, answer }) {
    const { input } = await readSoundManifest(values.file, client, { signal });
    const before = await client.manifest(signal);
    const instead = before.file === null ? '' : ` in the place of ${before.file}`;
    const question = [
      `This puts ${values.file} in force for ${before.appliance}${instead}. Nothing that runs is touched.`,
    ];
    if (!(await confirm(question))) return exitCode.refused;
    return answer(await client.applyManifest({ manifest: input }, signal), (view) => manifestLines(view, output));
  },
});
