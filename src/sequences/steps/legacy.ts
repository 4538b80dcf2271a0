import { writeDuration } from '../../domain/duration.ts';
import { BelayError, toBelayError } from '../../domain/errors.ts';
import type { LegacyProcedure } from '../../domain/legacy.ts';
import { type ServiceSpec, versionOf } from '../../domain/service-spec.ts';
import { startWaves } from '../../domain/start-order.ts';
import type { Step, StepContext } from '../../domain/step.ts';
import { askVersion } from '../ask-version.ts';
import { whyItFailed } from '../engine-progress.ts';
import { evidenceOf, failedStart, mustFindInstance } from '../instances.ts';
import { controllerNodes } from '../legacy-nodes.ts';
import { noteNode } from '../node-progress.ts';
import { noteCommand } from '../note-command.ts';
import { namesVersion, prove, untilServing } from '../proof.ts';
import { startService } from '../start-service.ts';
import { mayFail, takesOver } from '../taking-over.ts';
import { noteDowntime } from './gate.ts';

/**
 * The vendor's own command, in each node of the copy; then all of them are restarted. It is not begun twice: what is cut
 * off is taken away with the copy.
 */
export const legacy: Step = {
  name: 'legacy',
  title: ({ from, to }) => `Go back from ${from.version} to ${to.version} by the vendor's procedure`,
  check: async () => false,

  async run(context) {
    const procedure = mustBePlanned(context);
    const nodes = controllerNodes(context.to);
    for (const node of nodes) await failing(context, node, () => carryOut(context, procedure, node));
    await restart(context, nodes);
  },
};

/** Each node must come up on the version before, and prove itself as in an upgrade. */
export const gateOfLegacy: Step = {
  name: 'gate',
  title: ({ to }) => `Prove that all of it runs ${to.version}`,
  check: async () => false,

  async run(context) {
    const nodes = controllerNodes(context.to);
    const names = nodes.map(({ name }) => name);
    const others = context.to.services.filter(
      (service) => !names.includes(service.name) && takesOver(context, service) && !mayFail(context, service),
    );
    for (const node of nodes) noteNode(context, node, 'proving');
    let left = nodes.length;
    const serving = () => {
      left -= 1;
      if (left === 0) noteDowntime(context);
    };
    const proofs = await Promise.allSettled([
      prove(context, others),
      ...nodes.map((node) =>
        failing(context, node, async () => {
          await prove(context, [node], { onServing: serving });
          noteNode(context, node, 'done');
        }),
      ),
    ]);
    const failed = proofs.find(({ status }) => status === 'rejected');
    if (failed) throw (failed as PromiseRejectedResult).reason;
  },
};

function mustBePlanned({ facts }: StepContext): LegacyProcedure {
  const { procedure } = facts();
  if (!procedure) throw new BelayError('internal', 'The operation has no procedure of the vendor.');
  return procedure;
}

async function failing(context: StepContext, node: ServiceSpec, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (thrown) {
    if (!context.signal.aborted) noteNode(context, node, 'failed', whyItFailed(thrown));
    throw thrown;
  }
}

async function carryOut(context: StepContext, procedure: LegacyProcedure, node: ServiceSpec): Promise<void> {
  const { to, from, clock, host, signal, report } = context;
  noteNode(context, node, 'starting');
  const instance = await untilServing(context, node);
  await mustBeACopy(context, node);
  noteNode(context, node, 'procedure');
  report({ detail: `${procedure.command[0]} in ${node.name}, for at most ${writeDuration(procedure.deadlineMs)}` });
  const began = { at: clock.now(), monotonicMs: clock.monotonicMs() };
  const environment = { BELAY_FROM: from.version, BELAY_TO: to.version, BELAY_OPERATION: context.operation.id };
  const { exitCode, output, problem } = await host
    .exec(instance.id, procedure.command, procedure.deadlineMs, signal, environment)
    .then((result) => ({ ...result, problem: null }))
    .catch(async (thrown: unknown) => {
      await host.endCommands(instance.id, procedure.command).catch(() => {}); // it has failed in any case
      signal.throwIfAborted();
      const error = toBelayError(thrown);
      if (error.code === 'engine-unreachable') throw error;
      return { exitCode: null, output: '', problem: error.message };
    });
  const where = `in ${node.name}`;
  const run = noteCommand(context, {
    ...{ hook: 'legacy', version: to.version, where },
    ...{ exitCode, output, began },
    service: node,
  });
  if (exitCode === 0) return;
  const last = run.output.at(-1);
  const why = problem ?? `it ended with code ${exitCode}${last === undefined ? '' : `: ${last}`}`;
  throw new BelayError('hook-failed', `The vendor's procedure failed in ${node.name}: ${why.replace(/\.$/, '')}.`, {
    hint: 'What it said is in: show upgrade status',
    details: { why: `the vendor's procedure failed: ${why.replace(/\.$/, '')}` },
  });
}

/** What a copy of the image and of the data says that it is tells whether the software is in them at all. */
async function mustBeACopy(context: StepContext, node: ServiceSpec): Promise<void> {
  const { from, to } = context;
  const instance = await mustFindInstance(context, to, node, context.signal);
  const before = from.services.find(({ name }) => name === node.name);
  const running = before ? versionOf(before) : from.version;
  const said = await askVersion(context, node, instance);
  if (said?.exitCode === 0 && namesVersion(said.output, running)) return;
  const why = `a copy of ${running} says that it is "${said?.firstLine ?? ''}"`;
  const evidence = await evidenceOf(context, to, node, instance);
  throw failedStart(`${node.name} cannot be gone back with on a copy: ${why}.`, { ...evidence, why });
}

async function restart(context: StepContext, nodes: readonly ServiceSpec[]): Promise<void> {
  const { host, to, signal } = context;
  context.report({ detail: 'restarting' });
  for (const node of nodes) noteNode(context, node, 'restarting');
  for (const wave of startWaves(nodes).toReversed()) {
    const instances = await Promise.all(wave.map((node) => mustFindInstance(context, to, node, signal)));
    await Promise.all(instances.map(({ id }) => host.stopInstance(id)));
  }
  for (const wave of startWaves(nodes)) await Promise.all(wave.map((node) => startService(context, node)));
}
