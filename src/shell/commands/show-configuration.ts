import { command } from '../command.ts';
import { service } from '../kinds.ts';
import { configurationLines } from '../views/configuration.ts';

export const showConfiguration = command({
  words: ['show', 'configuration'],
  summary: 'What the active release sets, service by service',
  about:
    'Images, environment, ports, mounts, restart policy, labels, and what has to be proved at a start. Variables that ' +
    'somebody has set say who and when. Of secrets only the names are shown. What an image has by itself is not in it.',
  effect: 'looks',
  examples: ['show configuration', 'show configuration web', 'show configuration | section Env'],
  parameters: [{ name: 'service', kind: service, help: 'Only this service', optional: true }],
  async run(values, { client, output, signal, nowMs, answer }) {
    const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
    return answer(await client.configuration(values.service, signal), (found) => configurationLines(found, screen));
  },
});
