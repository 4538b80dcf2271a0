import { command } from '../command.ts';
import { versionTable } from '../views/system.ts';

export const showVersions = command({
  words: ['show', 'versions'],
  summary: 'What the appliance has run and could run',
  about:
    'The versions that have been here, when each was last made the one that runs, and those that the registry offers. ' +
    'TAKES is what moving there takes: instant, its data waits; archive, its data has to be unpacked first; here, its ' +
    'image is on this host; pull, it has to be fetched. What is below floor or quarantined is refused.',
  effect: 'looks',
  examples: ['show versions'],
  parameters: [],
  async run(_values, { client, output, signal, nowMs, answer }) {
    const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
    return answer(
      await client.versions(signal),
      (versions) => versionTable(versions, screen),
      ({ versions }) => {
        const newest = versions.find(({ quarantined }) => !quarantined);
        return newest && !newest.active
          ? [{ purpose: 'To move to one', line: `upgrade system ${newest.version}` }]
          : [];
      },
    );
  },
});
