import type { Instance } from '../domain/ports/container-host.ts';
import { controllerOf } from '../domain/release.ts';
import { type ServiceSpec, versionOf } from '../domain/service-spec.ts';
import type { StepContext } from '../domain/step.ts';
import { askVersion } from './ask-version.ts';
import { evidenceOf, failedStart, isServing, mustFindInstance } from './instances.ts';
import { Patience } from './patience.ts';
import { namesOf } from './quarantine.ts';
import { mayFail } from './taking-over.ts';

const FIRST_POLL_MS = 10;
const MAX_POLL_MS = 250;
/** Killed, asked to stop, or lost by an engine that went away. */
const ENDED_FROM_OUTSIDE = [137, 143, 255];
const UNHEALTHY = 'its own health check fails';

/**
 * Resolves when services of the new release have proved themselves: serving, the right ones, and stable. `onServing` is
 * called when all of them serve, and `pollMs` is between two looks at one that does. `gate-failed` with evidence, and with the reason by itself, where one has not.
 */
export async function prove(
  context: StepContext,
  services: readonly ServiceSpec[],
  { onServing = () => {}, pollMs = MAX_POLL_MS }: { onServing?: () => void; pollMs?: number } = {},
): Promise<void> {
  const serving: Instance[] = [];
  for (const service of services) serving.push(await untilServing(context, service));
  onServing();
  for (const [index, service] of services.entries()) await mustBeRight(context, service, serving[index] as Instance);
  await stayStable(context, services, Math.max(pollMs, MAX_POLL_MS));
}

/** `gate-failed` where one of those that have proved themselves has ended since, or has become unhealthy. */
export async function mustStillServe(context: StepContext, services: readonly ServiceSpec[]): Promise<void> {
  for (const service of services) {
    const instance = await stillUp(context, service);
    if (instance.health === 'unhealthy') await fail(context, instance, UNHEALTHY);
  }
}

async function mustBeRight(context: StepContext, service: ServiceSpec, instance: Instance): Promise<void> {
  if (service.image.imageId && instance.imageId !== service.image.imageId) {
    await fail(context, instance, `the container runs another image than ${service.image.reference}`);
  }
  await checkVersion(context, service, instance);
}

/** The instance of a service of the new release, as soon as it serves. `gate-failed` where it does not in its time. */
export async function untilServing(context: StepContext, service: ServiceSpec): Promise<Instance> {
  const { host, clock, signal } = context;
  const patience = new Patience(context, service);
  const answered = context.facts().answeredPorts?.[service.name] ?? [];
  const ports = [...new Set([...answered, ...(service.gate.ports ?? [])])];
  let pollMs = FIRST_POLL_MS;
  for (;;) {
    const instance = await stillUp(context, service);
    if (await isServing(host, instance, ports, signal)) return instance;
    await patience.look(instance.id);
    // A server that migrates its data fails its health check meanwhile: believed when it gets nowhere either.
    if (instance.health === 'unhealthy' && patience.isQuiet) await fail(context, instance, UNHEALTHY);
    if (patience.isOver) await fail(context, instance, patience.verdict());
    const waitsFor = instance.healthCommand ? `health: ${instance.health}` : 'waiting for its ports';
    context.report({ detail: patience.detail(waitsFor) });
    await clock.sleep(pollMs, signal);
    pollMs = Math.min(pollMs * 1.5, MAX_POLL_MS);
  }
}

/** All of them at once: each must stay good for as long as it is asked to. */
async function stayStable(context: StepContext, services: readonly ServiceSpec[], pollMs: number): Promise<void> {
  const { clock, signal } = context;
  const stableMs = Math.max(0, ...services.map((service) => service.gate.stableMs));
  const beganMs = clock.monotonicMs();
  for (;;) {
    const elapsedMs = clock.monotonicMs() - beganMs;
    await mustStillServe(context, services);
    if (elapsedMs >= stableMs) return;
    context.report({ fraction: elapsedMs / stableMs, detail: 'serving; watching that it stays so' });
    await clock.sleep(Math.min(pollMs, stableMs - elapsedMs), signal);
  }
}

async function stillUp(context: StepContext, service: ServiceSpec): Promise<Instance> {
  const instance = await mustFindInstance(context, context.to, service, context.signal);
  if (instance.state !== 'running') {
    const { outOfMemory, exitCode } = instance;
    const why = outOfMemory ? 'it ran out of memory' : `it exited with code ${exitCode}`;
    await fail(context, instance, why, !outOfMemory && ENDED_FROM_OUTSIDE.includes(exitCode));
  }
  if (instance.restartCount > 0) await fail(context, instance, `it restarted ${instance.restartCount} times`);
  return instance;
}

async function checkVersion(context: StepContext, service: ServiceSpec, instance: Instance): Promise<void> {
  const said = await askVersion(context, service, instance).catch(async (thrown) => {
    await stillUp(context, service);
    throw thrown;
  });
  if (!said) return;
  const { output, exitCode, firstLine } = said;
  // A command is killed with its container: then that is the reason.
  if (exitCode !== 0) await stillUp(context, service);
  if (exitCode !== 0) await fail(context, instance, `its version command ended with code ${exitCode}: ${firstLine}`);
  if (!namesVersion(output, versionOf(service))) await fail(context, instance, `it says that it is "${firstLine}"`);
}

/** Whether an output names the version: `2.1` is named by `2.1.5`, as a tag stands for its patches, not by `2.10` or `12.1`. */
export function namesVersion(output: string, version: string): boolean {
  const wanted = version.replace(/^v(?=\d)/, '').replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(^|[^0-9A-Za-z.])v?${wanted}(?![0-9A-Za-z])`).test(output);
}

/** With `fromOutside` it says nothing against the image, and neither where a stale lock was in its way. */
async function fail(context: StepContext, instance: Instance, why: string, fromOutside = false): Promise<never> {
  const { journal, to } = context;
  const record = journal.instances(to.id).find(({ containerId }) => containerId === instance.id);
  const service = to.services.find(({ name }) => name === record?.service) ?? controllerOf(to);
  const which = to.services.length > 1 ? ` (${service.name})` : '';
  const evidence = await evidenceOf(context, to, service, instance);
  // What an engine does says nothing against the version.
  if (!fromOutside && !evidence.staleLock && !mayFail(context, service)) {
    context.learn({ disproved: { image: namesOf(service.image), reason: `${why}.` } });
  }
  throw failedStart(
    `${to.version} did not prove itself${which}: ${why}.`,
    { ...evidence, why },
    {
      hint: 'The last lines of its log are in: show upgrade status',
    },
  );
}
