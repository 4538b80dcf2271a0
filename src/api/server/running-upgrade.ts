import { BelayError } from '../../domain/errors.ts';
import type { Operation } from '../../domain/operation.ts';
import type { Appliance } from '../../domain/ports/journal.ts';
import { heldBy } from '../../domain/takeover.ts';
import type { OperationView } from '../contract/operation-views.ts';
import type { ConfirmationView } from '../contract/running-views.ts';
import { viewConfirmation } from './confirmation-view.ts';
import type { Service } from './service.ts';

/** Has the running operation go back. `refused` where none runs or it is too late. */
export function abortUpgrade(service: Service, latest: Operation | null, by: string): OperationView {
  const operation = mustRun(latest);
  service.interventions.abort(operation, by);
  return viewAnew(service, operation);
}

/** Gives the gate of the running upgrade more time. `refused` where none runs, or its gate is over. */
export function extendUpgrade(service: Service, latest: Operation | null, by: string, addedMs: number): OperationView {
  const operation = mustRun(latest);
  service.interventions.extend(operation, by, addedMs);
  return viewAnew(service, operation);
}

/** Keeps the release that would go back by itself. `refused` where none would, `busy` where it has begun to. */
export function confirmSystem(service: Service, appliance: Appliance, by: string): ConfirmationView {
  const { journal, clock } = service.world;
  const confirmation = journal.confirmations.pendingOf(appliance.name);
  if (!confirmation) {
    const { version } = service.active(appliance);
    throw new BelayError('refused', `Nothing waits to be confirmed: ${appliance.name} runs ${version}.`, {
      hint: 'See what runs: show system',
    });
  }
  const [latest] = journal.operations(appliance.name, 1);
  if (latest?.state === 'running' && latest.kind === 'rollback') throw heldBy(latest);
  journal.confirmations.confirm(confirmation.operation, by, clock.now());
  const view = viewConfirmation(service.world, confirmation.operation) as ConfirmationView;
  service.hub.publish({ type: 'confirmed', appliance: appliance.name, confirmation: view });
  return view;
}

function mustRun(latest: Operation | null): Operation {
  if (latest?.state === 'running') return latest;
  throw new BelayError('refused', latest ? `No upgrade of ${latest.appliance} is running.` : 'No upgrade is running.', {
    hint: latest?.state === 'succeeded' ? 'To go back: rollback system' : 'See the last one: show upgrade status',
  });
}

function viewAnew(service: Service, { id }: Operation): OperationView {
  return service.view(service.world.journal.operation(id) as Operation);
}
