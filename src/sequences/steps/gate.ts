import { sinceStopMs } from '../../domain/downtime.ts';
import { BelayError } from '../../domain/errors.ts';
import type { OperationFacts } from '../../domain/operation.ts';
import type { Step, StepContext } from '../../domain/step.ts';
import { prove } from '../proof.ts';
import { mayFail, takesOver } from '../taking-over.ts';

/** The new release must prove itself before it takes over: serving, the right one, and stable. */
export const gate: Step = {
  name: 'gate',
  title: () => 'Prove that it works',
  check: async () => false,

  async run(context) {
    const { leftRunning = [] } = context.facts();
    const services = context.to.services.filter(
      (service) => !leftRunning.includes(service.name) && takesOver(context, service) && !mayFail(context, service),
    );
    await prove(context, services, () => noteDowntime(context));
  },
};

/**
 * The gate of a rollback: a release that was gone back to stays, whatever it shows, because a machine
 * never takes a rollback back. What is wrong with it is noted for somebody to look at.
 */
export const gateOfRollback: Step = {
  ...gate,

  async run(context) {
    try {
      await gate.run(context);
    } catch (error) {
      if (!(error instanceof BelayError) || error.code !== 'gate-failed') throw error;
      const { logTail, staleLock } = error.details as Pick<OperationFacts, 'logTail' | 'staleLock'>;
      context.learn({ doubt: error.message, ...(logTail ? { logTail } : {}), ...(staleLock ? { staleLock } : {}) });
    }
  },
};

function noteDowntime(context: StepContext): void {
  const { withoutDowntime } = context.facts();
  const downtimeMs = withoutDowntime ? null : sinceStopMs(context.facts(), context.clock);
  if (downtimeMs !== null && context.facts().downtimeMs === undefined) context.learn({ downtimeMs });
  const { rehearsal } = context.facts();
  if (!rehearsal?.startedAtBoot) return;
  const servingMs = Math.round(context.clock.bootTime().sinceBootMs - rehearsal.startedAtBoot.sinceBootMs);
  context.learn({ rehearsal: { ...rehearsal, servingMs } });
}
