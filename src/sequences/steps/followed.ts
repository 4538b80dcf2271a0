import { BelayError } from '../../domain/errors.ts';
import { type ServiceSpec, versionOf } from '../../domain/service-spec.ts';
import type { Step, StepContext } from '../../domain/step.ts';
import { askVersion } from '../ask-version.ts';
import { failedEngines, isFatal, noteEngine, whyItFailed } from '../engine-progress.ts';
import { findInstance, isUp } from '../instances.ts';
import { namesVersion } from '../proof.ts';

const POLL_MS = 500;

/**
 * Whether the service engines have gone after the controller by themselves, as the vendor says of them. One that has not
 * in its time is told, and holds up nothing.
 */
export const followed: Step = {
  name: 'followed',
  title: ({ to }) => `See that the service engines follow to ${to.version}`,
  check: async () => false,

  async run(context) {
    const { facts, learn, to } = context;
    const names = facts().following?.engines ?? [];
    const engines = to.services.filter(({ name }) => names.includes(name));
    await Promise.all(engines.map((engine) => untilItFollows(context, engine)));
    const failed = failedEngines(facts());
    if (failed.length === 0) return;
    const doubt = `${to.version} runs, but ${failed.length} of ${engines.length} service engines did not follow by themselves: ${failed.join(', ')}.`;
    learn({ doubt: [facts().doubt, doubt].filter(Boolean).join(' ') });
  },
};

async function untilItFollows(context: StepContext, engine: ServiceSpec): Promise<void> {
  const { clock, signal, facts, report } = context;
  const dueMs = clock.monotonicMs() + engine.gate.deadlineMs;
  for (;;) {
    const why = await whatItLacks(context, engine);
    if (why === null || clock.monotonicMs() > dueMs) {
      noteEngine(context, engine, why);
      const states = Object.values(facts().engines ?? {});
      return report({ detail: `${states.filter(({ state }) => state === 'followed').length} have followed` });
    }
    await clock.sleep(POLL_MS, signal);
  }
}

/** Null where it has followed; a reason where it has not yet. */
async function whatItLacks(context: StepContext, engine: ServiceSpec): Promise<string | null> {
  try {
    const instance = await findInstance(context, context.to, engine, context.signal);
    if (!instance) throw new BelayError('not-found', 'its container is gone');
    if (!isUp(instance)) return `it exited with code ${instance.exitCode}`;
    if (instance.health === 'unhealthy') return 'its own health check fails';
    const said = await askVersion(context, engine, instance);
    if (said === null) return null;
    if (said.exitCode !== 0) return `its version command ended with code ${said.exitCode}`;
    return namesVersion(said.output, versionOf(engine)) ? null : `it says that it is "${said.firstLine}"`;
  } catch (thrown) {
    if (isFatal(context, thrown)) throw thrown;
    return whyItFailed(thrown);
  }
}
