import { command } from '../command.ts';
import { exitCode } from '../failure.ts';
import { container, name } from '../kinds.ts';

export const adopt = command({
  words: ['adopt'],
  summary: 'Look after a running container',
  about: 'Takes over a container as it is: it is neither stopped nor changed. It becomes the first release.',
  effect: 'changes',
  examples: ['adopt rancher-server', 'adopt rancher-server as acme'],
  parameters: [
    { name: 'container', kind: container, help: 'Name or id of the container' },
    {
      name: 'name',
      kind: name,
      help: 'What to call the appliance',
      optional: true,
      after: { word: 'as', help: 'Give the appliance a name' },
    },
  ],
  async run(values, { client, output, options, signal, confirm, enterAppliance, answer }) {
    const called = values.name ?? values.container;
    const question = [
      `This makes ${values.container} the appliance ${called}.`,
      '  The container goes on as it is: nothing is stopped, restarted or changed.',
    ];
    if (!(await confirm(question))) return exitCode.refused;
    const input = values.name === undefined ? {} : { name: values.name };
    const release = await client.adopt({ container: values.container, ...input }, signal);
    const adopted = values.name ?? (await nameOf(release.id, () => client.appliances(signal))) ?? called;
    enterAppliance(adopted);
    return answer(release, () => [
      output.paint.good(`${adopted} runs ${release.version} (${release.id}).`),
      ...(options.json ? [] : [`To see what it could become: ${output.paint.strong('show versions')}`]),
    ]);
  },
});

async function nameOf(
  release: string,
  list: () => Promise<{ name: string; release: string }[]>,
): Promise<string | null> {
  return (await list()).find((each) => each.release === release)?.name ?? null;
}
