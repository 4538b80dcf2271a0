import type { Client } from '../../api/client/client.ts';
import { nodeText } from '../../api/contract/cluster-text.ts';
import type { OperationView, StepView } from '../../api/contract/operation-views.ts';
import { dataLines } from '../data-lines.ts';
import { type ExitCode, exitCode, toFailure } from '../failure.ts';
import { formatDuration } from '../format.ts';
import type { Format } from '../options.ts';
import type { Output } from '../output.ts';
import { nodeLines } from '../views/nodes.ts';
import { outcomeLines, titleOf } from '../views/operation.ts';
import { stepLines } from '../views/step-lines.ts';
import { wrap } from '../width.ts';
import { exitCodeOfOperation, follow } from './follow.ts';

export interface ShowOperation {
  client: Client;
  operation: OperationView;
  output: Output;
  stdout: NodeJS.WriteStream;
  signal: AbortSignal;
  format: Format;
  /** Is given the way to print above the live view while it is open, and null when it has closed. */
  onAbove?: (printAbove: ((lines: readonly string[]) => void) | null) => void;
  /** Whether the terminal breaks lines anew when it becomes narrower; most do. */
  rewraps?: () => boolean;
  nowMs(): number;
}

const DETACHED = ['Detached: the operation goes on in the daemon.', 'To see it again: show upgrade status watch'];

/** Shows an operation until it has ended. Ctrl-C leaves it alone and says how to come back. */
export async function showOperation(show: ShowOperation): Promise<ExitCode> {
  try {
    if (show.format !== 'text') return await waitForData(show, show.format);
    return show.output.isTerminal ? await showLive(show) : await showPlain(show);
  } catch (thrown) {
    if (!show.signal.aborted && toFailure(thrown).code !== 'interrupted') throw thrown;
    show.output.errors(DETACHED.flatMap((line) => wrap(line, show.output.width)));
    return exitCode.interrupted;
  }
}

async function waitForData(show: ShowOperation, format: Exclude<Format, 'text'>): Promise<ExitCode> {
  const { client, operation, output, signal } = show;
  let last = operation;
  for await (const sighting of follow(client, operation, signal)) last = sighting.operation;
  output.lines(await dataLines(last, format));
  return exitCodeOfOperation(last);
}

async function showLive(show: ShowOperation): Promise<ExitCode> {
  const { client, operation, output, stdout, signal, nowMs } = show;
  const { openLiveView } = await import('./live-operation.tsx');
  const view = openLiveView(stdout, output.paint, show.rewraps ?? (() => true));
  const footer = output.paint.faint('Ctrl-C leaves; the operation goes on.');
  const away = output.paint.warn('The daemon is away; waiting for it to come back.');
  let last = operation;
  show.onAbove?.(view.printAbove);
  try {
    for await (const sighting of follow(client, operation, signal)) {
      last = sighting.operation;
      view.update(last, sighting.away ? away : footer);
    }
  } finally {
    show.onAbove?.(null);
    await view.close();
    output.lines(finalSteps(last, output, nowMs()));
  }
  output.lines(outcomeLines(last, { width: output.width, nowMs: nowMs(), paint: output.paint }));
  return exitCodeOfOperation(last);
}

function finalSteps(operation: OperationView, { width, paint }: Output, nowMs: number): string[] {
  const height = Number.POSITIVE_INFINITY;
  const steps = stepLines(operation, { width, height, nowMs, spinner: '▸', rateOf: () => null, paint });
  return [...steps, ...nodeLines(operation, { width, paint })];
}

/** One line for each change of a step, as a log has it. */
async function showPlain({ client, operation, output, signal, nowMs }: ShowOperation): Promise<ExitCode> {
  output.lines([`${titleOf(operation)} (${operation.id}), by ${operation.by}`]);
  const said = new Map<string, string>();
  let last = operation;
  for await (const { operation: seen } of follow(client, operation, signal)) {
    last = seen;
    for (const step of seen.steps) {
      if (step.status === 'pending' || said.get(step.name) === step.status) continue;
      said.set(step.name, step.status);
      output.lines([plainStep(step)]);
    }
    for (const node of seen.nodes) {
      const text = `node ${node.name}: ${nodeText(node, seen)}`;
      if (said.get(`node ${node.name}`) === text) continue;
      said.set(`node ${node.name}`, text);
      output.lines([text]);
    }
  }
  output.lines(outcomeLines(last, { width: output.width, nowMs: nowMs(), paint: output.paint }));
  return exitCodeOfOperation(last);
}

function plainStep(step: StepView): string {
  const took =
    step.startedAt && step.endedAt ? ` (${formatDuration(Date.parse(step.endedAt) - Date.parse(step.startedAt))})` : '';
  const why = step.status === 'failed' && step.detail ? `: ${step.detail}` : '';
  return `${step.status.padEnd(9)} ${step.title}${took}${why}`;
}
