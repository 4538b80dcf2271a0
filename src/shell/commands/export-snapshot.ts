import type { ImportInput } from '../../api/contract/snapshot-views.ts';
import { agreed } from '../carry-out.ts';
import { command } from '../command.ts';
import { exitCode } from '../failure.ts';
import { formatBytes } from '../format.ts';
import { hostFile } from '../host-file.ts';
import { file, powers, snapshot } from '../kinds.ts';
import { followJob } from '../live/follow-job.ts';
import { wrap } from '../width.ts';

export const exportSnapshot = command({
  words: ['export', 'snapshot'],
  summary: 'Write a snapshot with its release to one file',
  about:
    'The file holds the data and the whole release, is read back before it gets its name, and is a tar file that ' +
    'tar --zstd -x reads. On another host: import snapshot FILE. Secrets of the release are in it: keep it safe.',
  effect: 'changes',
  examples: ['export snapshot SPQXVNXFGXU /backup/acme.belay'],
  parameters: [
    { name: 'snapshot', kind: snapshot, help: 'The snapshot' },
    { name: 'file', kind: file, help: 'The file to write, on the host of the daemon; not overwritten' },
  ],
  async run(values, context) {
    const { client, signal } = context;
    const path = hostFile(values.file);
    const isWanted = await agreed(context, async ({ width }) => {
      const plan = await client.exportPlan(values.snapshot, { file: path }, signal);
      return wrap(`This writes the snapshot ${plan.snapshot} to ${path}.`, width);
    });
    if (!isWanted) return exitCode.refused;
    return followJob(context, await client.exportSnapshot(values.snapshot, { file: path }, signal));
  },
});

export const importSnapshot = command({
  words: ['import', 'snapshot'],
  summary: 'Bring in a snapshot from a file, or a tarball of the data directory',
  about:
    'Reads the whole file, refuses what is damaged or would reach outside, and keeps a copy. Nothing that runs is ' +
    'touched. On a host without an appliance the file brings it. A release in it whose containers would be masters of ' +
    'this host (privileged, the socket of Docker, …) is refused unless that is allowed by name, or what runs has it too.',
  effect: 'changes',
  examples: [
    'import snapshot /backup/acme.belay',
    'import snapshot /backup/rancher-data.tar.gz',
    'import snapshot /backup/agent.belay allow docker-socket',
  ],
  parameters: [
    { name: 'file', kind: file, help: 'The file to read, on the host of the daemon' },
    {
      name: 'allow',
      kind: powers,
      help: 'Which of them, with commas between them',
      optional: true,
      after: { word: 'allow', help: 'What its containers may do to this host' },
    },
  ],
  async run(values, context) {
    const { client, signal } = context;
    const path = hostFile(values.file);
    const isWanted = await agreed(context, async ({ width }) => {
      const { sizeBytes } = await client.importPlan({ file: path }, signal);
      const what = `This reads ${path} (${formatBytes(sizeBytes)}) and keeps what is in it as a snapshot. Nothing that runs is touched.`;
      return wrap(what, width);
    });
    if (!isWanted) return exitCode.refused;
    const allow = values.allow?.split(',') as ImportInput['allow'];
    return followJob(context, await client.importSnapshot({ file: path, ...(allow ? { allow } : {}) }, signal));
  },
});
