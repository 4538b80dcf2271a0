import { restartPolicyOf, type ServiceSpec } from '../../domain/service-spec.ts';
import { startOrder } from '../../domain/start-order.ts';
import type { Step } from '../../domain/step.ts';
import { isFatal } from '../engine-progress.ts';
import { AT_A_TIME, inTurns } from '../in-turns.ts';
import { isUp, mustFindInstance } from '../instances.ts';
import { exchangeNames } from '../names.ts';
import { isShared, mayFail } from '../taking-over.ts';
import { makeMissing } from './prepare.ts';

/** Only now may the engine revive the new release by itself, as the user once asked. */
export const restartPolicy: Step = {
  name: 'restart-policy',
  title: ({ to }) => `Let ${to.version} come back by itself after a reboot`,

  check: async () => false, // setting it again costs one call, and the container may be down after a reboot

  async run(context) {
    const { host, from, to, signal } = context;
    // Somebody may have removed or renamed a container since it was started.
    await makeMissing(context);
    await exchangeNames(context, from, to);
    // What goes on untouched is as somebody wants it, also where that is down.
    const own = to.services.filter((service) => !isShared(context, service));
    const down: { service: ServiceSpec; id: string }[] = [];
    await inTurns(own, AT_A_TIME, async (service) => {
      const instance = await mustFindInstance(context, to, service, signal);
      await host.setRestartPolicy(instance.id, restartPolicyOf(service), signal);
      if (!isUp(instance)) down.push({ service, id: instance.id });
    });
    for (const service of startOrder(down.map((each) => each.service))) {
      const id = down.find((each) => each.service === service)?.id ?? '';
      await host.startInstance(id, signal).catch((thrown: unknown) => {
        // That an engine does not start has been told.
        if (!mayFail(context, service) || isFatal(context, thrown)) throw thrown;
      });
    }
  },
};
