import { agreed } from '../carry-out.ts';
import { command } from '../command.ts';
import { exitCode } from '../failure.ts';
import { hostFile } from '../host-file.ts';
import { file, registryName, version } from '../kinds.ts';
import { followJob } from '../live/follow-job.ts';
import { exportPlanLines, importPlanLines, mirrorPlanLines } from '../views/images.ts';

export const exportBundle = command({
  words: ['export', 'bundle'],
  summary: 'Write every image of a version to one file, for hosts without internet access',
  about:
    'Fetches what the images consist of from their registries, digest by digest, checks every sum, and reads the file ' +
    'back before it gets its name. Where it is interrupted, the same command goes on from there. The file is an OCI ' +
    'image layout in a tar file, with the manifest of the vendor where there is one. On the other host: import bundle FILE.',
  effect: 'changes',
  examples: ['export bundle 2.1.0 /media/usb/acme-2.1.0.bundle'],
  parameters: [
    { name: 'version', kind: version, help: 'The version whose images are wanted' },
    { name: 'file', kind: file, help: 'The file to write, on the host of the daemon; not overwritten' },
  ],
  async run(values, context) {
    const { client, signal } = context;
    const input = { version: values.version, file: hostFile(values.file) };
    const isWanted = await agreed(context, async (screen) =>
      exportPlanLines(await client.exportBundlePlan(input, signal), screen),
    );
    if (!isWanted) return exitCode.refused;
    return followJob(context, await client.exportBundle(input, signal));
  },
});

export const importBundle = command({
  words: ['import', 'bundle'],
  summary: 'Bring the images of a version to this host from a file',
  about:
    'Reads the whole file first: every sum, and every layer unpacked and held against its image. A bundle that is damaged, ' +
    'or made for another kind of host, is refused, and nothing has been changed. Then its images are loaded; those that ' +
    'are here already are not. An upgrade to this version, and the way back, need no registry then.',
  effect: 'changes',
  examples: ['import bundle /media/usb/acme-2.1.0.bundle'],
  parameters: [{ name: 'file', kind: file, help: 'The file to read, on the host of the daemon' }],
  async run(values, context) {
    const { client, signal } = context;
    const input = { file: hostFile(values.file) };
    const isWanted = await agreed(context, async (screen) =>
      importPlanLines(await client.importBundlePlan(input, signal), screen),
    );
    if (!isWanted) return exitCode.refused;
    return followJob(context, await client.importBundle(input, signal));
  },
});

export const mirror = command({
  words: ['mirror'],
  summary: "Copy every image of a version to the site's own registry",
  about:
    'Copies the images digest for digest, for every platform that they have, and fetches them from there from then on: ' +
    'an upgrade to this version, and the way back, need no other registry. What is there already is not sent again. ' +
    'Where the registry that they come from cannot be reached, what is in the mirror is taken, or else what is on this host.',
  effect: 'changes',
  examples: ['mirror 2.1.0 to registry.example.com:5000', 'mirror 2.1.0 to registry.example.com/vendor'],
  parameters: [
    { name: 'version', kind: version, help: 'The version whose images are wanted' },
    {
      name: 'registry',
      kind: registryName,
      help: "The site's own registry",
      after: { word: 'to', help: 'Say where' },
    },
  ],
  async run(values, context) {
    const { client, signal } = context;
    const isWanted = await agreed(context, async (screen) =>
      mirrorPlanLines(await client.mirrorPlan(values, signal), screen),
    );
    if (!isWanted) return exitCode.refused;
    return followJob(context, await client.mirror(values, signal));
  },
});
