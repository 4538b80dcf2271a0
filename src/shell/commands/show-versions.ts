import { command } from '../command.ts';
import { versionTable } from '../views/system.ts';

export const showVersions = command({
  words: ['show', 'versions'],
  summary: 'What the appliance could run',
  about: 'The versions in the registry and those that are on this host already.',
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
