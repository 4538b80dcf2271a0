import type { Client } from '../../api/client/client.ts';
import type { AdoptInput } from '../../api/contract/inputs.ts';
import { command } from '../command.ts';
import type { Context } from '../context.ts';
import { type ExitCode, exitCode, ShellError } from '../failure.ts';
import { formatNames } from '../format.ts';
import { container, file, name } from '../kinds.ts';
import { type CheckedManifest, readSoundManifest } from '../manifest-file.ts';

/** What can be said of any adoption. */
export const adoptionParameters = [
  {
    name: 'name',
    kind: name,
    help: 'What to call the appliance',
    optional: true,
    after: { word: 'as', help: 'Give the appliance a name' },
  },
  {
    name: 'manifest',
    kind: file,
    help: 'The manifest, such as appliance.yaml',
    optional: true,
    after: { word: 'manifest', help: 'What the vendor says of it' },
  },
] as const;

export const adopt = command({
  words: ['adopt'],
  summary: 'Look after a running container',
  about:
    'Takes over a container as it is: it is neither stopped nor changed. It becomes the first release. Where the ' +
    'manifest has several services, the containers that bear their names (container_name) are taken over with it.',
  effect: 'changes',
  examples: ['adopt rancher-server', 'adopt rancher-server as acme', 'adopt acme manifest appliance.yaml'],
  parameters: [{ name: 'container', kind: container, help: 'Name or id of the container' }, ...adoptionParameters],
  run: (values, context) =>
    takeOver(context, {
      input: { container: values.container },
      what: values.container,
      name: values.name,
      manifest: values.manifest,
      detail: ['  The container goes on as it is: nothing is stopped, restarted or changed.'],
    }),
});

export interface Adoption {
  input: Pick<AdoptInput, 'container' | 'project' | 'controller'>;
  /** As a person says it. */
  what: string;
  name: string | undefined;
  manifest: string | undefined;
  /** What else there is to say before it is asked. */
  detail: string[];
}

/** A container is not taken over alone where the manifest has more services than that one. */
function together(read: CheckedManifest | null): string[] {
  const names = (read?.check.appliance?.services ?? []).map(({ name }) => name);
  return names.length > 1 ? [`  ${names.length} services together: ${formatNames(names, 8)}.`] : [];
}

/** Asks, adopts, enters the new appliance and says what to do next. */
export async function takeOver(context: Context, adoption: Adoption): Promise<ExitCode> {
  const { client, output, options, signal, confirm, enterAppliance, answer } = context;
  const { input, what, name: asked, manifest } = adoption;
  const read = manifest === undefined ? null : await readSoundManifest(manifest, client, { name: asked, signal });
  await refuseUnknown(input.container, client, signal);
  const called = asked ?? read?.check.appliance?.name ?? what;
  if (!(await confirm([`This makes ${what} the appliance ${called}.`, ...together(read), ...adoption.detail])))
    return exitCode.refused;
  const release = await client.adopt(
    { ...input, ...(asked === undefined ? {} : { name: asked }), ...(read ? { manifest: read.input } : {}) },
    signal,
  );
  const adopted = asked ?? (await nameOf(release.id, client, signal)) ?? called;
  enterAppliance(adopted);
  return answer(release, () => [
    output.paint.good(`${adopted} runs ${release.version} (${release.id}).`),
    ...(options.json ? [] : [`To see what it could become: ${output.paint.strong('show versions')}`]),
  ]);
}

/** Before it is asked: a question about a container that is not there is none. */
async function refuseUnknown(container: string | undefined, client: Client, signal: AbortSignal): Promise<void> {
  if (container === undefined) return;
  // Where that cannot be told, the daemon says what stands in the way.
  const known = await client.containers(signal).catch((thrown: unknown) => {
    if (signal.aborted) throw thrown;
    return null;
  });
  if (!known || known.some(({ id, name }) => name === container || id.startsWith(container))) return;
  throw new ShellError('not-found', `There is no container ${container}.`, 'See which there are: show containers');
}

async function nameOf(release: string, client: Client, signal: AbortSignal): Promise<string | null> {
  return (await client.appliances(signal)).find((each) => each.release === release)?.name ?? null;
}
