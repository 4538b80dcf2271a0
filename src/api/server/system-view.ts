import { countdown } from '../../domain/duration.ts';
import type { Appliance } from '../../domain/ports/journal.ts';
import type { Release } from '../../domain/release.ts';
import { restartPolicyOf } from '../../domain/service-spec.ts';
import { findDrift } from '../../reconcile/compare.ts';
import type { Drift } from '../../reconcile/drift.ts';
import type { SeenService } from '../../reconcile/observation.ts';
import { observe } from '../../reconcile/observe.ts';
import { isUp } from '../../sequences/instances.ts';
import { isBehind } from '../../sequences/plan-engine-update.ts';
import { unreadableSecrets } from '../../sequences/unreadable-secrets.ts';
import { DOING } from '../contract/doing.ts';
import type { OperationView } from '../contract/operation-views.ts';
import type { ConfirmationView } from '../contract/running-views.ts';
import type { ServiceView, SystemView } from '../contract/system-views.ts';
import { viewConfirmation } from './confirmation-view.ts';
import { journalAttention } from './journal-attention.ts';
import { bannerLines } from './manifests.ts';
import { notificationAttention } from './notification-routes.ts';
import { portsOf } from './release-view.ts';
import type { Service } from './service.ts';
import { staleLocks } from './stale-lock-attention.ts';

/** What runs, how it is, and what needs somebody's attention. */
export async function viewSystem(service: Service, appliance: Appliance): Promise<SystemView> {
  const { journal, host } = service.world;
  const [last] = journal.operations(appliance.name, 1);
  const lastOperation = last ? service.view(last) : null;
  const release = service.active(appliance);
  const [observation, engine] = await Promise.all([observe(service.world, release), host.describe()]);
  const { services } = observation.active;
  // In the middle of an operation nothing is as the journal will have it.
  const drifts = lastOperation?.state === 'running' ? [] : findDrift(observation);
  const unstarted = journal.slot(release.slot)?.state === 'archived' ? notStarted(release) : null;
  const pending = journal.confirmations.pendingOf(appliance.name);
  const confirmation = pending && viewConfirmation(service.world, pending.operation);
  const running = services.find(({ spec }) => spec.role === 'controller')?.instance ?? null;
  return {
    appliance: appliance.name,
    title: appliance.policy.title,
    banner: bannerLines(appliance.policy),
    promptName: appliance.policy.promptName,
    version: release.version,
    release: release.id,
    state: stateOf(services, drifts, lastOperation, service.isRecovering),
    since: running && isUp(running) ? (running.startedAt?.toISOString() ?? null) : null,
    services: services.map(viewService),
    engine: { product: engine.product, version: engine.version, rootDir: engine.rootDir },
    daemon: {
      version: service.daemon.version,
      pid: service.daemon.pid,
      startedAt: service.daemon.startedAt.toISOString(),
    },
    attention: [
      ...(await journalAttention(service.world, appliance.name)),
      ...release.services.flatMap(unreadableSecrets).map(({ message, hint }) => ({
        message: `${message} What runs has it and goes on; the next change of the service takes it from there.`,
        hint,
      })),
      ...(lastOperation?.state === 'running'
        ? []
        : [
            ...unconfirmedAttention(confirmation, service.troubles.get(appliance.name)),
            ...(unstarted
              ? [unstarted]
              : drifts.map(({ code, level, message, hint }) => ({ code, level, message, hint }))),
            ...laggards(release),
            ...[service.snapshots.retention.trouble(appliance.name)].filter((trouble) => trouble !== null),
            ...unfinishedBusiness(lastOperation),
            ...notificationAttention(service.world.journal, appliance),
            ...(await staleLocks(service, release, services, lastOperation)),
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
  return [{ code: 'unconfirmed', message, hint: 'To keep it: confirm system' }];
}

function stateOf(
  services: SeenService[],
  drifts: Drift[],
  last: OperationView | null,
  isRecovering: boolean,
): SystemView['state'] {
  // An installation that is not over yet has committed: what it brought up is there.
  if (last?.state === 'running' && last.kind !== 'install') {
    if (isRecovering) return 'recovering';
    return DOING[last.kind];
  }
  if (services.some(({ instance }) => !isUp(instance))) return 'down';
  const isAlarming = drifts.some(({ level }) => level === 'alarm');
  return isAlarming || last?.state === 'needs-attention' ? 'needs-attention' : 'running';
}

function viewService({ spec, instance }: SeenService): ServiceView {
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
    awaits: spec.awaits ? { image: spec.awaits.reference, update: spec.update ?? 'with-controller' } : null,
  };
}

/** What is not what the version wants of it yet, and how it comes to it. */
function laggards(release: Release): SystemView['attention'] {
  return release.services.flatMap((spec) => {
    const hint = `To bring it to what ${release.version} wants of it: update engines ${spec.name}`;
    if (spec.awaits) {
      const until =
        spec.update === 'on-change'
          ? 'its configuration changes or its container is made anew'
          : 'somebody asks for it';
      const message = `${spec.name} is kept at ${spec.image.tag} until ${until} (update: ${spec.update}); ${spec.awaits.tag} waits.`;
      return [{ level: 'note' as const, message, hint }];
    }
    if (!isBehind(release, spec)) return [];
    return [{ message: `${spec.name} is at ${spec.image.tag}, and the controller at ${release.version}.`, hint }];
  });
}

/** What was imported on a bare host runs only when somebody brings it up. */
const notStarted = ({ appliance, version, id }: Release) => ({
  message: `${appliance} ${version} has been imported and does not run yet.`,
  hint: `To bring it up: rollback system to ${id}`,
});

function unfinishedBusiness(last: OperationView | null): SystemView['attention'] {
  if (last?.state !== 'needs-attention') return [];
  const message = last.reason ?? `The last ${last.kind} did not end well.`;
  return [{ message, hint: 'See its steps: show upgrade status' }];
}
