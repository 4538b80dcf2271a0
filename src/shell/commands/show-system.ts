import { command } from '../command.ts';
import { systemLines } from '../views/system.ts';

export const showSystem = command({
  words: ['show', 'system'],
  summary: 'What runs, since when, and what needs attention',
  about: 'The appliance, its version and state, its services, the Docker Engine and the daemon.',
  effect: 'looks',
  examples: ['show system', 'show system --json'],
  parameters: [],
  async run(_values, { client, output, signal, nowMs, answer }) {
    const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
    return answer(
      await client.system(signal),
      (system) => systemLines(system, screen),
      ({ state, attention }) => {
        if (attention.length > 0) return [];
        if (state === 'running') return [{ purpose: 'What it could become', line: 'show versions' }];
        return [{ purpose: 'What goes on', line: 'show upgrade status watch' }];
      },
    );
  },
});
