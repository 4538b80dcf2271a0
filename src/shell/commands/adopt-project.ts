import { command } from '../command.ts';
import { ShellError } from '../failure.ts';
import { composeService, project } from '../kinds.ts';
import { adoptionParameters, takeOver } from './adopt.ts';

export const adoptProject = command({
  words: ['adopt', 'project'],
  summary: 'Look after a running Compose project, all of its services together',
  about:
    'Takes over the containers of a Compose project as they are: none is stopped or changed. They are upgraded and ' +
    'rolled back together from then on, in the order of their dependencies, with the data of all of them. The version ' +
    'is that of one service, the controller.',
  effect: 'changes',
  examples: [
    'adopt project acme',
    'adopt project acme controller server',
    'adopt project acme manifest appliance.yaml',
  ],
  parameters: [
    { name: 'project', kind: project, help: 'The Compose project' },
    {
      name: 'controller',
      kind: composeService,
      help: 'The service whose version is the version of the appliance',
      optional: true,
      after: { word: 'controller', help: 'Say which service is the server itself' },
    },
    ...adoptionParameters,
  ],
  async run(values, context) {
    const all = await context.client.containers(context.signal);
    const members = all.filter((each) => each.project === values.project);
    if (members.length === 0) {
      const message = `There is no container of a Compose project ${values.project}.`;
      throw new ShellError('refused', message, 'See what there is: show containers');
    }
    const running = members.filter((each) => each.running).map((each) => each.service);
    const ended = members.filter((each) => !each.running).map((each) => `${each.service} (${each.status})`);
    return takeOver(context, {
      input: {
        project: values.project,
        ...(values.controller === undefined ? {} : { controller: values.controller }),
      },
      what: values.project,
      name: values.name,
      manifest: values.manifest,
      detail: [
        `  Services  ${running.join(', ')}`,
        ...(ended.length > 0 ? [`  Left out  ${ended.join(', ')}`] : []),
        '  The containers go on as they are: nothing is stopped, restarted or changed.',
      ],
    });
  },
});
