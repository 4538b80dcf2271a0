import { watchOrLeave } from '../carry-out.ts';
import { command } from '../command.ts';
import { exitCode, ShellError } from '../failure.ts';
import { file, name } from '../kinds.ts';
import type { CheckedManifest } from '../manifest-file.ts';
import { readSoundManifest } from '../manifest-file.ts';
import { manifestSummary } from '../views/manifest.ts';

export const installAppliance = command({
  words: ['install'],
  summary: 'Bring up an appliance on this host, as its manifest says',
  about:
    'Reads an appliance.yaml, fetches its images, makes its volumes, networks and containers, starts them in the order ' +
    'of their dependencies, and lets them prove that they work. Where one does not, all that was made is taken away again.',
  effect: 'changes',
  examples: ['install appliance.yaml', 'install appliance.yaml as acme'],
  parameters: [
    { name: 'file', kind: file, help: 'The manifest, such as appliance.yaml' },
    {
      name: 'name',
      kind: name,
      help: 'What to call the appliance',
      optional: true,
      after: { word: 'as', help: 'Give the appliance a name' },
    },
  ],
  async run(values, context) {
    const { client, output, options, signal, confirm, enterAppliance } = context;
    const read = await readSoundManifest(values.file, client, { name: values.name, signal });
    const called = nameOf(read, values.file);
    const question = [`This installs ${called} on this host.`, ...manifestSummary(read.check, output)];
    if (!(await confirm(question))) return exitCode.refused;
    const operation = await client.install({ manifest: read.input, name: called }, signal);
    const code = await watchOrLeave(context, operation);
    if (code === exitCode.done && !options.noWait) enterAppliance(called);
    return code;
  },
});

function nameOf({ check }: CheckedManifest, path: string): string {
  const called = check.appliance?.name;
  if (called) return called;
  throw new ShellError(
    'usage',
    'The manifest does not say what the appliance is called.',
    `Give it a name: install ${path} as NAME`,
  );
}
