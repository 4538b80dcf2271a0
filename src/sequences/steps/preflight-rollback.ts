import { BelayError } from '../../domain/errors.ts';
import type { Release } from '../../domain/release.ts';
import type { Step, StepContext } from '../../domain/step.ts';
import { AT_A_TIME, inTurns } from '../in-turns.ts';
import { findInstance, isUp } from '../instances.ts';
import { noteLiveData } from '../live-data.ts';
import { fetchHookImages } from '../plan-hooks.ts';
import { obstaclesOf } from '../plan-rollback.ts';
import { mustSlot } from '../slot-pairs.ts';

/** The frozen release must be able to start: its data where the journal says, its container or image here. */
export const preflightRollback: Step = {
  name: 'preflight',
  title: ({ to }) => `Check that ${to.version} can start`,
  check: async () => false,

  async run(context) {
    await context.host.describe(context.signal);
    const [obstacle] = await obstaclesOf(
      context,
      context.from,
      frozenRelease(context),
      mustSlot(context.journal, context.to.slot).mounts,
    );
    if (obstacle) {
      throw new BelayError(obstacle.code, obstacle.message, obstacle.hint ? { hint: obstacle.hint } : {});
    }
    const active = await Promise.all(
      context.from.services.map((service) => findInstance(context, context.from, service)),
    );
    if (active.every(isUp)) await noteLiveData(context, context.from);
    context.learn({ answeredPorts: await commonPorts(context) });
    const { planned } = context.facts();
    await fetchHookImages(context.host, planned, (detail) => context.report({ detail }), context.signal);
  },
};

/** The release that is gone back to; `to` is its copy, which has no containers yet. */
const frozenRelease = ({ journal, to }: StepContext): Release => (to.copyOf && journal.release(to.copyOf)) || to;

// What answers now and is a port of the frozen container too: the new version may have had more ports.
async function commonPorts(context: StepContext): Promise<Record<string, number[]>> {
  const { host, from } = context;
  const original = frozenRelease(context);
  const common: Record<string, number[]> = {};
  await inTurns(from.services, AT_A_TIME, async (service) => {
    const active = await findInstance(context, from, service);
    const frozen = await findInstance(context, original, service);
    if (!active || !frozen || !isUp(active)) return;
    const candidates = active.tcpPorts.filter((port) => frozen.tcpPorts.includes(port));
    const open = await Promise.all(candidates.map((port) => host.answers(active.id, port, 1_000)));
    common[service.name] = candidates.filter((_, index) => open[index]);
  });
  return common;
}
