import { keysOf, NO_RESTART, type ServiceSpec } from '../../domain/service-spec.ts';
import type { Step, StepContext } from '../../domain/step.ts';
import { isFatal, whyItFailed } from '../engine-progress.ts';
import { exchangeData } from '../exchange-data.ts';
import { noteExits } from '../exit-codes.ts';
import { findInstance, isUp } from '../instances.ts';
import { levelClones } from '../level-clones.ts';
import { exchangeNames } from '../names.ts';
import { isBegun, noteNode } from '../node-progress.ts';
import { mustStillServe, prove } from '../proof.ts';
import { startService } from '../start-service.ts';
import { endEarlyStart, type OnItsOwn } from '../started-early.ts';
import { mayFail, nodesInTurn, takesOver } from '../taking-over.ts';
import { turnOnAgain, untilItServes } from '../turn-on-again.ts';
import { makeMissing } from './prepare.ts';

/**
 * The other nodes go over once the controller has proved itself, one after the other, each with its own data: those
 * whose turn has not come serve on. One that fails takes all of them back.
 */
export const nodes: Step = {
  name: 'nodes',
  title: ({ from, to }) => {
    const others = to.services.filter(({ role }) => role === 'node').length;
    const what = others === 1 ? 'the other node' : `${others} more nodes, one by one,`;
    return `Take ${what} from ${from.version} to ${to.version}`;
  },
  check: async () => false,

  async run(context) {
    const { to, facts, report } = context;
    const inTurn = nodesInTurn(context, to);
    const before = to.services.filter((service) => takesOver(context, service) && !mayFail(context, service));
    await makeMissing(context);
    for (const [index, node] of inTurn.entries()) {
      const at = (doing: string) => report({ fraction: index / inTurn.length, detail: `${node.name}: ${doing}` });
      // Only where all that have gone over still serve is another one taken from those that have not.
      await mustStillServe(context, [...before, ...inTurn.slice(0, index)]);
      await failing(context, node, async () => {
        if (facts().nodes?.[node.name]?.state !== 'done') await takeOver(context, node, at);
        at('proving that it works');
        noteNode(context, node, 'proving');
        await prove({ ...context, report: ({ detail }) => at(detail ?? 'proving that it works') }, [node]);
        noteNode(context, node, 'done');
      });
    }
    await mustStillServe(context, [...before, ...inTurn]);
  },

  async revert(context) {
    const failures: unknown[] = [];
    for (const node of nodesInTurn(context, context.from).toReversed()) {
      if (!isBegun(context, node)) continue;
      await giveBack(context, node).catch((thrown) => failures.push(thrown));
    }
    // Each of them has been tried.
    if (failures.length > 0) throw failures[0];
  },
};

const onItsOwn = (service: ServiceSpec): OnItsOwn => {
  const keys = keysOf(service);
  return { service, which: ({ key }) => keys.has(key) };
};

const only =
  ({ name }: ServiceSpec) =>
  (service: ServiceSpec): boolean =>
    service.name === name;

async function failing(context: StepContext, node: ServiceSpec, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (thrown) {
    if (!isFatal(context, thrown)) noteNode(context, node, 'failed', whyItFailed(thrown));
    throw thrown;
  }
}

async function takeOver(context: StepContext, node: ServiceSpec, at: (doing: string) => void): Promise<void> {
  const { host, from, to } = context;
  const own = onItsOwn(node);
  noteNode(context, node, 'stopping');
  at('stopping it');
  const old = await findInstance(context, from, node);
  if (old) {
    // First the policy: a stopped container with a policy is revived by a reboot.
    await host.setRestartPolicy(old.id, NO_RESTART);
    await host.stopInstance(old.id);
    const instance = await host.inspectInstance(old.id);
    if (instance) noteExits(context, [{ service: node, instance }]);
  }
  noteNode(context, node, 'copying');
  at('bringing its data level');
  await endEarlyStart(context, own);
  await levelClones(context, own.which);
  noteNode(context, node, 'starting');
  at('starting it');
  await exchangeData(context, from, to, own.which);
  await exchangeNames(context, from, to, only(node));
  await startService(context, node);
}

async function giveBack(context: StepContext, node: ServiceSpec): Promise<void> {
  const { host, from, to, facts, report } = context;
  const own = onItsOwn(node);
  const reason = facts().nodes?.[node.name]?.reason ?? null;
  noteNode(context, node, 'going-back', reason);
  report({ detail: `${node.name}: back to ${from.version}` });
  const coming = await findInstance(context, to, node);
  if (coming && isUp(coming)) await host.stopInstance(coming.id);
  await exchangeNames(context, to, from, only(node));
  await exchangeData(context, to, from, own.which);
  await turnOnAgain(context, node, { services: [node], which: own.which });
  await untilItServes(context, node);
  noteNode(context, node, 'back', reason);
}
