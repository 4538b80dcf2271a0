import { countdown } from '../../domain/duration.ts';
import type { Instance } from '../../domain/ports/container-host.ts';
import type { Appliance } from '../../domain/ports/journal.ts';
import type { Release } from '../../domain/release.ts';
import { restartPolicyOf, type ServiceSpec } from '../../domain/service-spec.ts';
import { findInstance, isUp } from '../../sequences/instances.ts';
import type { ConfirmationView } from '../contract/running-views.ts';
import type { OperationView, ServiceView, SystemView } from '../contract/views.ts';
import { viewConfirmation } from './confirmation-view.ts';
import { journalAttention } from './journal-attention.ts';
import { portsOf } from './release-view.ts';
import type { Service } from './service.ts';

/** What runs, how it is, and what needs somebody's attention. */
export async function viewSystem(service: Service, appliance: Appliance): Promise<SystemView> {
  const { journal, host } = service.world;
  const [last] = journal.operations(appliance.name, 1);
  const lastOperation = last ? service.view(last) : null;
  const release = service.active(appliance);
  const found = await Promise.all(
    release.services.map(async (spec) => ({ spec, instance: await findInstance(service.world, release, spec) })),
  );
  const engine = await host.describe();
  const pending = journal.confirmations.pendingOf(appliance.name);
  const confirmation = pending && viewConfirmation(service.world, pending.operation);
  const state = stateOf(found, lastOperation, service.isRecovering);
  const running = found.find(({ spec }) => spec.role === 'controller')?.instance;
  return {
    appliance: appliance.name,
    version: release.version,
    release: release.id,
    state,
    since: running && isUp(running) ? (running.startedAt?.toISOString() ?? null) : null,
    services: found.map(({ spec, instance }) => viewService(spec, instance)),
    engine: { product: engine.product, version: engine.version, rootDir: engine.rootDir },
    daemon: {
      version: service.daemon.version,
      pid: service.daemon.pid,
      startedAt: service.daemon.startedAt.toISOString(),
    },
    attention: [
      ...(await journalAttention(service.world, appliance.name)),
      ...(lastOperation?.state === 'running'
        ? []
        : [
            ...unconfirmedAttention(confirmation, service.troubles.get(appliance.name)),
            ...attentionOf(release, found, lastOperation),
          ]),
    ],
    confirmation,
    lastOperation,
  };
}

function unconfirmedAttention(
  confirmation: ConfirmationView | null,
  trouble: string | undefined,
): SystemView['attention'] {
  if (!confirmation) return [];
  const { version, backTo, leftMs } = confirmation;
  if (trouble) return [{ message: trouble, hint: `Keep ${version} (confirm system) or go back (rollback system).` }];
  const message = `${version} goes back to ${backTo} by itself in ${countdown(leftMs ?? 0)}, unless it is confirmed.`;
  return [{ message, hint: 'To keep it: confirm system' }];
}

type Found = { spec: ServiceSpec; instance: Instance | null }[];

function stateOf(found: Found, last: OperationView | null, isRecovering: boolean): SystemView['state'] {
  if (last?.state === 'running') {
    if (isRecovering) return 'recovering';
    return last.kind === 'upgrade' ? 'upgrading' : 'rolling-back';
  }
  if (found.some(({ instance }) => !isUp(instance))) return 'down';
  return last?.state === 'needs-attention' ? 'needs-attention' : 'running';
}

function viewService(spec: ServiceSpec, instance: Instance | null): ServiceView {
  return {
    name: spec.name,
    role: spec.role,
    image: spec.image.reference,
    digest: spec.image.digest ?? spec.image.imageId,
    state: instance?.state ?? 'missing',
    health: instance?.health ?? 'none',
    containerId: instance?.id ?? null,
    containerName: instance?.name ?? spec.containerName,
    startedAt: instance?.startedAt?.toISOString() ?? null,
    restartPolicy: restartPolicyOf(spec).name,
    ports: portsOf(spec),
  };
}

function attentionOf(release: Release, found: Found, last: OperationView | null): SystemView['attention'] {
  const attention: SystemView['attention'] = [];
  for (const { spec, instance } of found) {
    if (!instance) {
      attention.push({
        message: `The container of ${spec.name} has been removed; its data and its settings are kept with ${release.id}.`,
        hint: 'Go back to a release that is complete: show releases',
      });
    } else if (!isUp(instance)) {
      attention.push({
        message: `${spec.name} is ${instance.state} (exit code ${instance.exitCode}).`,
        hint: `Look at its log (docker logs ${instance.name}), then start it: docker start ${instance.name}`,
      });
    } else if (instance.health === 'unhealthy') {
      attention.push({
        message: `${spec.name} is not healthy.`,
        hint: `Look at its log: docker logs ${instance.name}`,
      });
    }
  }
  if (last?.state === 'needs-attention') {
    attention.push({
      message: last.reason ?? `The last ${last.kind} did not end well.`,
      hint: 'See its steps: show upgrade status',
    });
  }
  return attention;
}
