import { command } from '../command.ts';
import { applianceTable } from '../views/system.ts';

export const showAppliances = command({
  words: ['show', 'appliances'],
  summary: 'What Belay looks after here',
  about: 'Every appliance of this daemon, with the version that it runs.',
  effect: 'looks',
  examples: ['show appliances'],
  parameters: [],
  async run(_values, { client, output, signal, nowMs, answer }) {
    const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
    return answer(
      await client.appliances(signal),
      (appliances) => applianceTable(appliances, screen),
      ([first, second]) => {
        if (!first) return [{ purpose: 'What could be looked after', line: 'show containers' }];
        if (second) return [{ purpose: 'To choose one', line: `use appliance ${second.name}` }];
        return [{ purpose: 'How it is', line: 'show system' }];
      },
    );
  },
});
