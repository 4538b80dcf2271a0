import { toBelayError } from '../domain/errors.ts';
import type { Hook } from '../domain/hooks.ts';
import type { Notice } from '../domain/notice.ts';
import type { Clock } from '../domain/ports/clock.ts';
import type { ContainerHost } from '../domain/ports/container-host.ts';
import type { Appliance, Journal } from '../domain/ports/journal.ts';
import type { Release } from '../domain/release.ts';
import type { PinnedImage, ServiceSpec } from '../domain/service-spec.ts';
import { hookedService } from '../sequences/hook-containers.ts';
import { findInstance, LABELS } from '../sequences/instances.ts';
import { oneOffSpec } from '../sequences/one-off.ts';
import { mustBeReadable, unreadableOfHook } from '../sequences/unreadable-secrets.ts';
import type { SendFailure } from './sender.ts';

const POLL_MS = 200;
const NOTICE_LABEL = 'io.belay.notice';

export interface CommandWorld {
  journal: Journal;
  host: ContainerHost;
  clock: Clock;
}

/**
 * Runs the vendor's command for a notice: in the service's container or, with an image, in a container of its own that is
 * removed afterwards. It has arrived when the command ends with code 0.
 */
export async function runNotifyCommand(
  world: CommandWorld,
  appliance: Appliance,
  hook: Hook,
  notice: Notice,
  signal: AbortSignal,
): Promise<SendFailure> {
  const release = world.journal.release(appliance.active);
  const service = release && hookedService(hook.service, release);
  if (!release || !service) return { error: `there is no service ${hook.service}`, isFinal: true };
  const [unreadable] = unreadableOfHook('notify', hook);
  if (unreadable) return { error: unreadable.message, isFinal: false };
  const environment = { ...hook.environment, ...variablesOf(notice) };
  try {
    const exitCode = hook.image
      ? await beside(world, { hook, image: hook.image, service, environment, notice }, signal)
      : await inside(world, { hook, release, service, environment }, signal);
    if (typeof exitCode === 'string') return { error: exitCode, isFinal: false };
    return exitCode === 0 ? null : { error: `the command ends with code ${exitCode}`, isFinal: false };
  } catch (thrown) {
    signal.throwIfAborted();
    return { error: toBelayError(thrown).message, isFinal: false };
  }
}

const variablesOf = ({ event, appliance, text, at, operation }: Notice): Record<string, string> => ({
  BELAY_EVENT: event,
  BELAY_APPLIANCE: appliance,
  BELAY_TEXT: text,
  BELAY_AT: at,
  ...(operation && {
    BELAY_OPERATION: operation.id,
    BELAY_KIND: operation.kind,
    BELAY_FROM: operation.from,
    BELAY_TO: operation.to,
    BELAY_BY: operation.by,
    BELAY_REASON: operation.reason ?? '',
  }),
});

type Ended = number | string;

async function inside(
  world: CommandWorld,
  { hook, release, service, environment }: Told & { release: Release },
  signal: AbortSignal,
): Promise<Ended> {
  const instance = await findInstance(world, release, service, signal);
  if (instance?.state !== 'running') return `${service.name} does not run`;
  try {
    return (await world.host.exec(instance.id, hook.command, hook.deadlineMs, signal, environment)).exitCode;
  } catch (thrown) {
    await world.host.endCommands(instance.id, hook.command).catch(() => {}); // it has failed in any case
    throw thrown;
  }
}

interface Told {
  hook: Hook;
  service: ServiceSpec;
  environment: Record<string, string>;
}

async function beside(
  { host, clock }: CommandWorld,
  { hook, image, service, environment, notice }: Told & { image: PinnedImage; notice: Notice },
  signal: AbortSignal,
): Promise<Ended> {
  await removeLeft(host, notice);
  const here =
    (await host.inspectImage(image.reference, signal)) ??
    (await host.pullImage(
      { ...image, digest: image.digest ?? (await host.resolveDigest(image.reference, signal)) },
      () => {},
      signal,
    ));
  const spec = oneOffSpec(service, hook, { ...image, imageId: here.imageId }, environment, here.volumes);
  const labels = { [LABELS.appliance]: notice.appliance, [NOTICE_LABEL]: notice.id };
  // Not cut off: what the engine makes after that nobody would take back.
  mustBeReadable(spec);
  const id = await host.createInstance(spec, { name: `${service.containerName}-notify-${notice.id}`, labels });
  try {
    await host.startInstance(id, signal);
    const dueMs = clock.monotonicMs() + hook.deadlineMs;
    while (clock.monotonicMs() < dueMs) {
      const instance = await host.inspectInstance(id, signal);
      if (!instance) return 'its container is gone';
      if (instance.state === 'exited') return instance.exitCode ?? 'its container has no exit code';
      await clock.sleep(POLL_MS, signal);
    }
    return `it does not end within ${hook.deadlineMs / 1_000} s`;
  } finally {
    await host.removeInstance(id).catch(() => {}); // the next attempt looks again
  }
}

/** What a daemon that was killed has left of the same notice. */
async function removeLeft(host: ContainerHost, { id: notice }: Notice): Promise<void> {
  for (const { id, labels } of await host.listContainers()) {
    if (labels[NOTICE_LABEL] === notice) await host.removeInstance(id);
  }
}
