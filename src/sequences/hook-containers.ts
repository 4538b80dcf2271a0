import type { HookName } from '../domain/hooks.ts';
import { controllerOf, type Release } from '../domain/release.ts';
import type { PinnedImage, ServiceSpec } from '../domain/service-spec.ts';
import type { StepContext } from '../domain/step.ts';
import { LABELS } from './instances.ts';
import { operationLabels } from './make-instance.ts';
import { mustBeReadable } from './unreadable-secrets.ts';

const HOOK_LABEL = 'io.belay.hook';

/** The service that a hook is for; a container that was adopted by itself bears its own name. */
export const hookedService = (service: string | null, release: Release): ServiceSpec | undefined =>
  service === null || release.services.length === 1
    ? controllerOf(release)
    : release.services.find(({ name }) => name === service);

/** The containers that a hook of this operation has, or has left. */
export async function oneOffs({ host, operation }: StepContext, name: HookName): Promise<{ id: string }[]> {
  const all = await host.listContainers();
  return all.filter(({ labels }) => labels[LABELS.operation] === operation.id && labels[HOOK_LABEL] === name);
}

/** Removes them, also those that still run. */
export async function removeOneOffs(context: StepContext, name: HookName): Promise<void> {
  const left = await oneOffs(context, name);
  for (const { id } of left) await context.host.removeInstance(id);
  // A power cut would bring back what the engine has removed, and nobody would look for it any more.
  if (left.length > 0) await context.host.flush();
}

/** The container of the hook, started: that of a daemon before, where it still runs or has ended well. */
export async function oneOff(
  context: StepContext,
  name: HookName,
  image: PinnedImage,
  specWith: (declaredVolumes: string[]) => ServiceSpec,
): Promise<string> {
  const { host, signal, operation } = context;
  for (const { id } of await oneOffs(context, name)) {
    const instance = await host.inspectInstance(id, signal);
    const isUsable = instance?.state === 'running' || (instance?.state === 'exited' && instance.exitCode === 0);
    if (isUsable) return id;
    await host.removeInstance(id);
  }
  const here = await host.inspectImage(image.imageId ?? image.reference, signal);
  const { volumes } = here ?? (await host.pullImage(image, ({ detail }) => context.report({ detail }), signal));
  const spec = specWith(volumes);
  const labels = { ...operationLabels(context), [HOOK_LABEL]: name };
  // Not cut off: what the engine makes after that nobody would take back.
  mustBeReadable(spec);
  const id = await host.createInstance(spec, { name: `${spec.containerName}-${name}-${operation.id}`, labels });
  await host.startInstance(id);
  return id;
}
