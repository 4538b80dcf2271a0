import { command } from '../command.ts';
import { ALL_ORPHANED } from '../engine-kinds.ts';
import { serviceEngineTable } from '../views/service-engines.ts';

export const showServiceEngines = command({
  words: ['show', 'serviceengines'],
  summary: 'Every service engine: its version, how it is, since when there is it',
  about:
    'One that is updating is being taken along by the running operation. One that is orphaned joined after the release ' +
    'that was gone back to: it is off and in no network, until it is deleted or a rollback goes to its release.',
  effect: 'looks',
  examples: ['show serviceengines', 'show serviceengines | include failed', 'show serviceengines --json'],
  parameters: [],
  async run(_values, { client, output, signal, nowMs, answer }) {
    const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
    return answer(
      await client.serviceEngines(signal),
      (engines) => serviceEngineTable(engines, screen),
      (engines) => {
        if (engines.some(({ state }) => state === 'failed')) {
          return [{ purpose: 'To take along those that failed, when the cause is mended', line: 'resume' }];
        }
        const [orphaned, ...more] = engines.filter(({ state }) => state === 'orphaned');
        if (!orphaned) return [];
        const which = more.length > 0 ? ALL_ORPHANED : orphaned.name;
        return [{ purpose: 'To be rid of what is cut off', line: `delete serviceengine ${which}` }];
      },
    );
  },
});
