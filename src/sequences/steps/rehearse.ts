import { BelayError } from '../../domain/errors.ts';
import { isSameData } from '../../domain/slot.ts';
import type { Step, StepContext } from '../../domain/step.ts';
import { untilReady } from '../dependencies.ts';
import { mustFindInstance, whyNotStarted } from '../instances.ts';
import { operationLabels } from '../make-instance.ts';
import { rehearsalNetwork } from '../plan-rehearsal.ts';
import { clonePath, mustSlot, slotPairs } from '../slot-pairs.ts';
import { createVolumes, discardClones } from './pre-copy.ts';
import { preflightUpgrade } from './preflight-upgrade.ts';
import { removeMade } from './prepare.ts';

const MAX_PASSES = 5;

export const preflightRehearsal: Step = {
  ...preflightUpgrade,
  title: ({ to }) => `Check that ${to.version} can be rehearsed`,
};

/**
 * Clones the data while it is written, pass by pass, until nothing has been written during one: then the clone is of
 * one moment. What serves is not held up; where it never pauses, that is noted.
 */
export const cloneLive: Step = {
  name: 'clone',
  title: ({ from }) => `Clone the data of ${from.version} while it serves`,
  check: async () => false,

  async run(context) {
    const { journal, slots, from, to, clock, signal, report } = context;
    await createVolumes(context);
    const pairs = slotPairs(journal, from, to);
    const sources = await Promise.all(pairs.map((pair) => slots.locate(pair.from)));
    const pulses = async () => (await Promise.all(sources.map((source) => slots.pulse(source, signal)))).join(' ');
    const since: (number | null)[] = pairs.map(() => null);
    let isOfOneMoment = false;
    let levelMs = 0;
    for (let pass = 1; pass <= MAX_PASSES && !isOfOneMoment; pass++) {
      const beganMs = clock.monotonicMs();
      await slots.flush(sources);
      const before = await pulses();
      for (const [index, pair] of pairs.entries()) {
        const onProgress = ({ doneBytes, totalBytes }: { doneBytes: number; totalBytes: number }) =>
          report({ fraction: totalBytes > 0 ? Math.min(1, doneBytes / totalBytes) : 1, doneBytes, totalBytes });
        const source = sources[index] as string;
        since[index] = (
          await slots.cloneLive(source, clonePath(pair.to), since[index] ?? null, onProgress, signal)
        ).sinceMs;
      }
      isOfOneMoment = (await pulses()) === before;
      levelMs = Math.round(clock.monotonicMs() - beganMs);
      report({ detail: isOfOneMoment ? null : `it was written meanwhile; pass ${pass + 1}` });
    }
    for (const mount of mustSlot(journal, to.slot).mounts) {
      journal.updateSlotMount(to.slot, { ...mount, identity: await slots.identify(clonePath(mount)) });
    }
    context.learn({ rehearsal: { isOfOneMoment, levelMs } });
  },

  revert: discardClones,
};

/** A network that nothing leaves. */
export const isolate: Step = {
  name: 'isolate',
  title: () => 'Make a network that nothing leaves',
  check: async () => false,

  async run(context) {
    const name = rehearsalNetwork(context.to.slot);
    const network = { name, external: false, settings: { Driver: 'bridge', Internal: true }, labels: {} };
    await context.host.createNetwork(network, operationLabels(context), context.signal);
  },

  async revert(context) {
    await removeMade(context);
    await context.host.removeNetwork(rehearsalNetwork(context.to.slot));
  },
};

export const startRehearsal: Step = {
  name: 'start',
  title: ({ to }) => `Start ${to.version} on the clone`,
  check: async () => false,

  async run(context) {
    const { host, clock, to, facts, learn, signal } = context;
    await mustHaveItsClone(context);
    learn({ rehearsal: { ...facts().rehearsal, startedAtBoot: clock.bootTime() } });
    for (const service of to.services) {
      const instance = await mustFindInstance(context, to, service, signal);
      await untilReady(context, to, service);
      await host.startInstance(instance.id).catch(async (error: unknown) => {
        throw await whyNotStarted(context, { release: to, service, instance, subject: to.version }, error);
      });
    }
  },
};

/** On a volume that the engine has made anew, empty, everything would go well. */
async function mustHaveItsClone({ journal, slots, to }: StepContext): Promise<void> {
  for (const mount of mustSlot(journal, to.slot).mounts) {
    if (isSameData(await slots.identify(clonePath(mount)), mount.identity)) continue;
    throw new BelayError('data-missing', `The clone for ${mount.path} has been removed or replaced.`, {
      hint: `Try it again: rehearse upgrade ${to.version}`,
    });
  }
}

/** Takes away all that was made for it: it has told what there was to tell. */
export const cleanUp: Step = {
  name: 'clean-up',
  title: () => 'Take everything away again',
  check: async () => false,

  async run(context) {
    const { journal, host, to } = context;
    await removeMade(context);
    await host.removeNetwork(rehearsalNetwork(to.slot));
    await discardClones(context);
    for (const record of journal.instances(to.id)) journal.forgetInstance(record);
  },
};
