import { command } from '../command.ts';
import { exitCode, ShellError } from '../failure.ts';
import { appliance } from '../kinds.ts';

export const useAppliance = command({
  words: ['use', 'appliance'],
  summary: 'Choose the appliance that commands are about',
  about: 'Where Belay looks after several, a session is in one of them. For a single command: belay --appliance NAME.',
  effect: 'looks',
  examples: ['use appliance acme'],
  parameters: [{ name: 'appliance', kind: appliance, help: 'Its name' }],
  async run(values, { client, signal, enterAppliance }) {
    const known = await client.appliances(signal);
    if (!known.some(({ name }) => name === values.appliance)) {
      throw new ShellError('refused', `There is no appliance ${values.appliance}.`, 'See: show appliances');
    }
    enterAppliance(values.appliance);
    return exitCode.done;
  },
});
