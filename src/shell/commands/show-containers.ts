import { command } from '../command.ts';
import { containerTable } from '../views/system.ts';

export const showContainers = command({
  words: ['show', 'containers'],
  summary: 'The containers on this host, and which can be adopted',
  about: 'Every container of the Docker Engine, with the appliance that it belongs to.',
  effect: 'looks',
  examples: ['show containers'],
  parameters: [],
  async run(_values, { client, output, signal, nowMs, answer }) {
    const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
    return answer(
      await client.containers(signal),
      (containers) => containerTable(containers, screen),
      (containers) => {
        const free = containers.find((each) => each.appliance === null);
        return free ? [{ purpose: 'To look after one', line: `adopt ${free.name}` }] : [];
      },
    );
  },
});
