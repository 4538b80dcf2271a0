import type { Instance } from '../domain/ports/container-host.ts';
import type { Release } from '../domain/release.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import type { StepContext } from '../domain/step.ts';
import { evidenceOf, failedStart, isServing, isUp, mustFindInstance } from './instances.ts';

const POLL_MS = 100;

/**
 * Resolves when every service that must be healthy before this one is: by its own health check, or by
 * running where it has none. `gate-failed` where one of them has ended, or takes longer than its gate allows.
 */
export async function untilReady(context: StepContext, release: Release, service: ServiceSpec): Promise<void> {
  for (const [name, condition] of Object.entries(service.dependsOn ?? {})) {
    const other = release.services.find((each) => each.name === name);
    if (other && condition === 'healthy') await untilHealthy(context, release, other);
  }
}

async function untilHealthy(context: StepContext, release: Release, service: ServiceSpec): Promise<void> {
  const { host, clock, signal } = context;
  const deadlineMs = clock.monotonicMs() + service.gate.deadlineMs;
  for (;;) {
    const instance = await mustFindInstance(context, release, service, signal);
    if (!isUp(instance)) await fail(context, release, service, instance, `it exited with code ${instance.exitCode}`);
    if (await isServing(host, instance, [], signal)) return;
    if (clock.monotonicMs() > deadlineMs) {
      await fail(
        context,
        release,
        service,
        instance,
        `it did not get healthy within ${service.gate.deadlineMs / 1_000} s`,
      );
    }
    context.report({ detail: `waiting for ${service.name}` });
    await clock.sleep(POLL_MS, signal);
  }
}

async function fail(
  context: StepContext,
  release: Release,
  service: ServiceSpec,
  instance: Instance,
  why: string,
): Promise<never> {
  const evidence = await evidenceOf(context, release, service, instance);
  throw failedStart(`${service.name}, which others wait for, did not start: ${why}.`, evidence);
}
