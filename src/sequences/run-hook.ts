import { countdown, writeDuration } from '../domain/duration.ts';
import { BelayError, toBelayError } from '../domain/errors.ts';
import { type Hook, type HookName, hasSucceeded } from '../domain/hooks.ts';
import type { Release } from '../domain/release.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import type { StepContext } from '../domain/step.ts';
import { hookedService, oneOff, oneOffs, removeOneOffs } from './hook-containers.ts';
import { findInstance } from './instances.ts';
import { noteCommand } from './note-command.ts';
import { oneOffSpec } from './one-off.ts';
import { unreadableOfHook } from './unreadable-secrets.ts';

const POLL_MS = 100;
const KEPT_LINES = 40;

interface Outcome {
  exitCode: number | null;
  output: string;
  where: string;
  /** Why it has no exit code. */
  problem: string | null;
}

/**
 * Runs a hook for a release and notes what came of it. A hook with an image runs in a container of its own; another
 * one in the service's container or, where that does not run, in one of the service's image. Such a container stays
 * until its outcome is in the journal: after a crash it is waited for, not begun again. `hook-failed` where it does not end
 * with code 0 in time.
 */
export async function runHook(context: StepContext, name: HookName, release: Release): Promise<void> {
  const { clock, facts } = context;
  const hook = mustBePlanned(context, name);
  const service = serviceOf(hook, name, release);
  const began = { at: clock.now(), monotonicMs: clock.monotonicMs() };
  const { problem, ...outcome } = await outcomeOf(context, name, hook, service, release);
  const { environment } = hook;
  const run = noteCommand(context, { hook: name, version: release.version, ...outcome, began, service, environment });
  // Where the journal could not be written, the container is what tells that it has been run.
  const isNoted = facts().hookRuns?.some((each) => each.hook === name && each.at === run.at) ?? false;
  if (isNoted || !hasSucceeded(run)) await removeOneOffs(context, name);
  if (hasSucceeded(run)) return;
  const last = run.output.at(-1);
  const why = problem ?? `it ended with code ${run.exitCode}${last === undefined ? '' : `: ${last}`}`;
  throw new BelayError('hook-failed', `The ${name} hook failed (${run.where}): ${why.replace(/\.$/, '')}.`, {
    hint: 'What it said is in: show upgrade status',
  });
}

/** Whether a hook has been run in this operation, and did what it is for. */
export async function hasBeenRun(context: StepContext, name: HookName): Promise<boolean> {
  if (context.facts().hookRuns?.some((run) => run.hook === name && hasSucceeded(run))) return true;
  for (const { id } of await oneOffs(context, name)) {
    const instance = await context.host.inspectInstance(id);
    if (instance?.state === 'exited' && instance.exitCode === 0) return true;
  }
  return false;
}

/** Ends what a hook of this operation has begun for a release, and removes what is left of it. */
export async function endHook(context: StepContext, name: HookName, release: Release): Promise<void> {
  const hook = mustBePlanned(context, name);
  const instance = hook.image ? null : await findInstance(context, release, serviceOf(hook, name, release));
  if (instance?.state === 'running') await context.host.endCommands(instance.id, hook.command);
  await removeOneOffs(context, name);
}

function mustBePlanned({ facts }: StepContext, name: HookName): Hook {
  const hook = facts().planned?.hooks[name];
  if (!hook) throw new BelayError('internal', `The operation has no ${name} hook.`);
  return hook;
}

function serviceOf({ service }: Hook, name: HookName, release: Release): ServiceSpec {
  const found = hookedService(service, release);
  if (found) return found;
  throw new BelayError('hook-failed', `${release.version} has no service ${service} for the ${name} hook.`, {
    hint: 'Name another one in the manifest, then: apply manifest FILE',
  });
}

/** What the vendor's command is told of the operation. */
function variablesOf({ operation, facts, from, to }: StepContext, name: HookName, hook: Hook, release: Release) {
  const restored = operation.kind === 'rollback' ? facts().planned?.backup : operation.id;
  return {
    ...hook.environment,
    BELAY_HOOK: name,
    BELAY_OPERATION: operation.id,
    BELAY_RELEASE: release.id,
    BELAY_VERSION: release.version,
    BELAY_FROM: from.version,
    BELAY_TO: to.version,
    BELAY_BACKUP: (name === 'restore' ? restored : operation.id) ?? operation.id,
  };
}

async function outcomeOf(
  context: StepContext,
  name: HookName,
  hook: Hook,
  service: ServiceSpec,
  release: Release,
): Promise<Outcome> {
  const [unreadable] = unreadableOfHook(name, hook);
  if (unreadable) throw new BelayError('hook-failed', unreadable.message, { hint: unreadable.hint ?? '' });
  const environment = variablesOf(context, name, hook, release);
  const instance = hook.image ? null : await findInstance(context, release, service);
  if (instance?.state === 'running') return inside(context, hook, service.name, instance.id, environment);
  return beside(context, name, hook, service, environment);
}

async function inside(
  { host, report, signal }: StepContext,
  { command, deadlineMs }: Hook,
  service: string,
  id: string,
  environment: Record<string, string>,
): Promise<Outcome> {
  const where = `in ${service}`;
  report({ detail: `${command[0]} ${where}, for at most ${writeDuration(deadlineMs)}` });
  try {
    const { exitCode, output } = await host.exec(id, command, deadlineMs, signal, environment);
    return { exitCode, output, where, problem: null };
  } catch (thrown) {
    await host.endCommands(id, command).catch(() => {}); // it has failed in any case
    signal.throwIfAborted();
    const error = toBelayError(thrown);
    if (error.code === 'engine-unreachable') throw error;
    return { exitCode: null, output: '', where, problem: error.message };
  }
}

async function beside(
  context: StepContext,
  name: HookName,
  hook: Hook,
  service: ServiceSpec,
  environment: Record<string, string>,
): Promise<Outcome> {
  const { host, clock, signal } = context;
  const image = hook.image ?? service.image;
  const where = `in a container of ${image.reference}`;
  const id = await oneOff(context, name, image, (volumes) =>
    oneOffSpec(service, hook, image, environment, volumes),
  ).catch((thrown) => thrown);
  if (typeof id !== 'string') {
    const error = toBelayError(id);
    if (signal.aborted || error.code === 'engine-unreachable') throw error;
    return { exitCode: null, output: '', where, problem: error.message };
  }
  const dueMs = clock.monotonicMs() + hook.deadlineMs;
  for (;;) {
    const instance = await host.inspectInstance(id, signal);
    const output = async () => (await host.logTail(id, KEPT_LINES, signal).catch(() => [])).join('\n');
    if (instance?.state === 'exited')
      return { exitCode: instance.exitCode, output: await output(), where, problem: null };
    const isOver = clock.monotonicMs() > dueMs;
    if (!instance || isOver) {
      const problem = instance ? `it did not end within ${writeDuration(hook.deadlineMs)}` : 'its container is gone';
      return { exitCode: null, output: await output(), where, problem };
    }
    context.report({ detail: `${hook.command[0]} ${where}; deadline ${countdown(dueMs - clock.monotonicMs())}` });
    await clock.sleep(POLL_MS, signal);
  }
}
