import type { Client } from '../api/client/client.ts';
import type { OperationView } from '../api/contract/views.ts';
import type { Context } from './context.ts';
import { type ExitCode, exitCode, exitCodeOf, ShellError, toFailure } from './failure.ts';
import { diagnose } from './grammar/diagnosis.ts';
import type { Grammar } from './grammar/grammar.ts';
import { type Parsed, parse } from './grammar/parse.ts';
import type { Output } from './output.ts';
import { helpLines } from './views/help.ts';
import { wrap } from './width.ts';

/** What is around a line, be it typed at the prompt or given on the command line. */
export interface Surroundings {
  grammar: Grammar;
  client(): Client;
  output: Output;
  /** Null where there is nobody to ask. */
  ask: ((question: string) => Promise<'yes' | 'no' | 'interrupted'>) | null;
  follow(operation: OperationView, options: { json: boolean; signal: AbortSignal }): Promise<ExitCode>;
  history(): readonly string[];
  appliance(): string | null;
  enterAppliance(name: string): void;
  leave(): void;
}

export interface LineToRun {
  line: string;
  /** Columns of what stands before the line on the screen; null where it is not on the screen. */
  indent: number | null;
  signal: AbortSignal;
}

/** Reads a line, runs it, and tells what went wrong. Never rejects. */
export async function execute({ line, indent, signal }: LineToRun, around: Surroundings): Promise<ExitCode> {
  const { output } = around;
  const parsed = parse(around.grammar, line);
  if (parsed.outcome === 'empty') return exitCode.done;
  if (parsed.outcome !== 'command') {
    const echo = indent === null && parsed.outcome === 'invalid' ? [line] : [];
    output.errors([...echo, ...diagnose(parsed, { line, indent: indent ?? 0, width: output.width }, output.paint)]);
    return exitCode.usage;
  }
  try {
    return await run(parsed, signal, around);
  } catch (thrown) {
    return tell(signal.aborted ? new ShellError('interrupted', 'Interrupted.') : thrown, parsed, output);
  }
}

async function run(
  parsed: Extract<Parsed, { outcome: 'command' }>,
  signal: AbortSignal,
  around: Surroundings,
): Promise<ExitCode> {
  const { command, values, options, full, abbreviated } = parsed;
  const { output, ask } = around;
  const asks = command.effect === 'changes' && !options.yes;
  if (asks && (ask === null || options.json)) {
    const why = options.json ? 'a question would not be JSON' : 'there is nobody to ask';
    throw new ShellError('usage', `This changes something, and ${why}.`, `To do it without a question: ${full} --yes`);
  }
  if (abbreviated && command.effect === 'changes' && !options.json) output.lines([output.paint.strong(full)]);
  const context: Context = {
    client: around.client(),
    output,
    options,
    helpOn: (words) => helpLines(around.grammar, words, output),
    signal,
    nowMs: Date.now,
    answer(value, lines) {
      output.lines(options.json ? [JSON.stringify(value, null, 2)] : lines(value));
      return exitCode.done;
    },
    async confirm(lines) {
      if (options.yes || ask === null) return options.yes;
      output.lines(lines);
      const answer = await ask('Continue? [yes,no] (no) ');
      if (answer === 'interrupted') throw new ShellError('interrupted', 'Interrupted: nothing was changed.');
      if (answer === 'no') output.lines(['Nothing was changed.']);
      return answer === 'yes';
    },
    follow: (operation) => around.follow(operation, { json: options.json, signal }),
    history: around.history,
    appliance: around.appliance,
    enterAppliance: around.enterAppliance,
    leave: around.leave,
  };
  return command.run(values, context);
}

function tell(thrown: unknown, { options }: { options: { json: boolean } }, output: Output): ExitCode {
  const failure = toFailure(thrown);
  if (options.json) output.errors([JSON.stringify({ error: failure }, null, 2)]);
  else output.errors(failureLines(failure, output));
  return exitCodeOf(failure);
}

/** One sentence, and what to type next. */
export function failureLines({ message, hint }: { message: string; hint: string | null }, output: Output): string[] {
  const { width, paint } = output;
  return [...wrap(`% ${message}`, width).map(paint.bad), ...(hint === null ? [] : wrap(hint, width, 2))];
}
