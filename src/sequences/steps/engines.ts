import { BelayError } from '../../domain/errors.ts';
import type { Release } from '../../domain/release.ts';
import { NO_RESTART, type ServiceSpec } from '../../domain/service-spec.ts';
import { startWaves } from '../../domain/start-order.ts';
import type { Step, StepContext } from '../../domain/step.ts';
import { EngineNotes, failedEngines, failedEnginesText, isFatal, whyItFailed } from '../engine-progress.ts';
import { inTurns } from '../in-turns.ts';
import { findInstance, isUp } from '../instances.ts';
import { exchangeNames } from '../names.ts';
import { prove } from '../proof.ts';
import { startService } from '../start-service.ts';
import { isShared } from '../taking-over.ts';
import { makeMissing } from './prepare.ts';

const TRIES = 3;
const PAUSE_MS = 2_000;
/** A thousand that prove themselves at once are each looked at every ten seconds. */
const POLL_MS_EACH = 10;

const count = ({ services }: Release): string => {
  const engines = services.filter(({ role }) => role === 'engine').length;
  return engines === 1 ? 'the service engine' : `${engines} service engines`;
};

/**
 * The service engines follow the controller, once that has proved itself: a few at a time, or all that have been
 * started with it. One that fails is tried again after the others, and holds up neither them nor the operation.
 */
export const engines: Step = {
  name: 'engines',
  title: ({ from, to }) => `Take ${count(to)} from ${from.version} to ${to.version}`,
  check: async () => false,

  async run(context) {
    const { clock, signal } = context;
    let left = followers(context);
    const all = left.length;
    const atATime = context.facts().following?.maxUnavailable ?? all;
    const notes = new EngineNotes(context);
    // Of each by itself: what the others take is none of its patience.
    const spentMs = new Map<string, number>();
    for (let attempt = 1; attempt <= TRIES && left.length > 0; attempt++) {
      const failed: ServiceSpec[] = [];
      await makeMissing(context);
      for (const wave of startWaves(left)) {
        // Where all of them go at once, that is one line of the journal.
        const isAtOnce = atATime >= wave.length;
        if (isAtOnce) notes.switching(wave.map(({ name }) => name));
        const its: Turn = { context, notes, attempt, pollMs: atATime * POLL_MS_EACH };
        await inTurns(wave, atATime, async (service) => {
          tell(context, notes, all, service);
          if (!isAtOnce) notes.switching([service.name]);
          const beganMs = clock.monotonicMs();
          if (!(await follow(its, service))) failed.push(service);
          spentMs.set(service.name, (spentMs.get(service.name) ?? 0) + clock.monotonicMs() - beganMs);
        }).finally(() => notes.flush());
      }
      // What has used up its patience is not given it again.
      left = failed.filter(({ name, gate }) => (spentMs.get(name) ?? 0) < gate.deadlineMs);
      if (left.length > 0 && attempt < TRIES) await clock.sleep(PAUSE_MS * attempt, signal);
    }
    noteLaggards(context);
  },

  async revert(context) {
    const { host, from, to } = context;
    const services = followers(context);
    const instances = await Promise.all(services.map((service) => findInstance(context, to, service)));
    await Promise.all(instances.map((instance) => instance && isUp(instance) && host.stopInstance(instance.id)));
    await exchangeNames(context, to, from, ({ name }) => services.some((service) => service.name === name));
  },
};

/**
 * In a change they are the ones that are new: where none of them proves itself, it is taken back, as nothing has
 * come of it. `gate-failed`, with the reason of the first.
 */
export const enginesOfChange: Step = {
  ...engines,
  title: () => 'Bring the service engines up, a few at a time',

  async run(context) {
    await engines.run(context);
    const services = followers(context);
    const [first, ...others] = services.map(({ name }) => ({ name, ...context.facts().engines?.[name] }));
    if (!first || [first, ...others].some(({ state }) => state !== 'failed')) return;
    const which = others.length > 0 ? `None of ${services.length} service engines has` : `${first.name} has not`;
    throw new BelayError('gate-failed', `${which} proved itself: ${first.reason}.`, {
      hint: 'When the cause is mended, type the command again.',
    });
  },
};

/** In a rollback all of them have come down together with the controller. */
export const enginesOfRollback: Step = { ...engines, title: ({ to }) => `Roll back ${count(to)}` };

function followers(context: StepContext): ServiceSpec[] {
  const names = context.facts().following?.engines ?? [];
  const services = new Map(context.to.services.map((service) => [service.name, service]));
  return names.flatMap((name) => {
    const service = services.get(name);
    return service && !isShared(context, service) ? service : [];
  });
}

interface Turn {
  context: StepContext;
  notes: EngineNotes;
  attempt: number;
  /** How often each is looked at while it proves itself, at most. */
  pollMs: number;
}

/** Whether it has followed. Where it has not, the reason is noted. */
async function follow(turn: Turn, service: ServiceSpec): Promise<boolean> {
  const { context, notes } = turn;
  try {
    await exchange(turn, service);
    notes.ended(service.name, null);
    return true;
  } catch (thrown) {
    if (isFatal(context, thrown)) throw thrown;
    notes.ended(service.name, whyItFailed(thrown));
    return false;
  }
}

async function exchange({ context, attempt, pollMs }: Turn, service: ServiceSpec): Promise<void> {
  const { host, from, to } = context;
  const coming = await findInstance(context, to, service);
  // It has been started with the controller, or by a daemon before: then the old one is off, and without its name.
  const isThere = attempt === 1 && isUp(coming) && coming?.name === service.containerName;
  if (!isThere) {
    const old = await findInstance(context, from, service);
    // First the policy: a stopped container with a policy is revived by a reboot.
    if (old && old.restartPolicy.name !== NO_RESTART.name) await host.setRestartPolicy(old.id, NO_RESTART);
    if (old && isUp(old)) await host.stopInstance(old.id);
    await exchangeNames(context, from, to, ({ name }) => name === service.name);
    if (attempt > 1 && coming && isUp(coming)) await host.stopInstance(coming.id);
    await startService(context, service);
  }
  // What several of them wait for would be one line that changes all the time.
  await prove({ ...context, report: () => {} }, [service], { pollMs });
}

function tell({ report }: StepContext, notes: EngineNotes, all: number, { name }: ServiceSpec): void {
  const { followed, failed } = notes.counts;
  const failing = failed > 0 ? `, ${failed} failed so far` : '';
  report({ fraction: all > 0 ? followed / all : null, detail: `${name}; ${followed} of ${all} done${failing}` });
}

function noteLaggards({ facts, learn, to }: StepContext): void {
  const failed = failedEngines(facts());
  if (failed.length === 0) return;
  const all = facts().following?.engines.length ?? 0;
  const which = failedEnginesText(facts());
  const doubt = `${to.version} runs, but ${failed.length} of ${all} service engines did not follow: ${which}.`;
  learn({ doubt: [facts().doubt, doubt].filter(Boolean).join(' ') });
}
