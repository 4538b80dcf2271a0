import type { Client } from '../api/client/client.ts';
import type { OperationView } from '../api/contract/operation-views.ts';
import type { Context } from './context.ts';
import { dataLines } from './data-lines.ts';
import { type ExitCode, exitCode, exitCodeOf, type Failure, ShellError, toFailure } from './failure.ts';
import { diagnose, misreadFailure } from './grammar/diagnosis.ts';
import type { Grammar } from './grammar/grammar.ts';
import { isOption, type Parsed, parse } from './grammar/parse.ts';
import { tokenize } from './grammar/tokenizer.ts';
import { type Format, formatOf } from './options.ts';
import type { Output } from './output.ts';
import { Answer } from './pipes/answer.ts';
import { printable } from './printable.ts';
import { readSecret, type SecretSource } from './read-secret.ts';
import type { TerminalSettings } from './terminal-settings.ts';
import { helpLines } from './views/help.ts';
import { nextLines } from './views/next.ts';
import { fitted, wrap } from './width.ts';

/** What is around a line, be it typed at the prompt or given on the command line. */
export interface Surroundings {
  grammar: Grammar;
  client(): Client;
  output: Output;
  /** Null where there is nobody to ask. */
  ask: ((question: string) => Promise<'yes' | 'no' | 'interrupted'>) | null;
  /** Null where a value that nobody may see cannot be asked for. */
  secrets: SecretSource | null;
  /** Shows an answer page by page where it is longer than the screen; null where there is nobody to turn pages. */
  page: ((lines: readonly string[]) => Promise<void>) | null;
  follow(operation: OperationView, shown: Shown): Promise<ExitCode>;
  history(): readonly string[];
  appliance(): string | null;
  enterAppliance(name: string): void;
  settings: TerminalSettings;
  leave(): void;
}

/** How an operation that is followed is to be shown. */
export interface Shown {
  format: Format;
  output: Output;
  signal: AbortSignal;
}

export interface LineToRun {
  line: string;
  /** Columns of what stands before the line on the screen; null where it is not on the screen. */
  indent: number | null;
  signal: AbortSignal;
}

type Read = Extract<Parsed, { outcome: 'command' }>;

/** Reads a line, runs it, and tells what went wrong. Never rejects. */
export async function execute({ line, indent, signal }: LineToRun, around: Surroundings): Promise<ExitCode> {
  const { output } = around;
  const parsed = parse(around.grammar, line);
  if (parsed.outcome === 'empty') return exitCode.done;
  if (parsed.outcome !== 'command') {
    if (wantsJson(line) && !output.isTerminal) {
      output.errors([errorText(misreadFailure(parsed, line))]);
      return exitCode.usage;
    }
    const echo = indent === null && parsed.outcome === 'invalid' ? [printable(line)] : [];
    output.errors([...echo, ...diagnose(parsed, { line, indent: indent ?? 0, width: output.width }, output.paint)]);
    return exitCode.usage;
  }
  try {
    if (parsed.command.effect === 'changes') return await change(parsed, signal, around);
    const answer = await Answer.open(parsed.pipes, { to: output, page: around.page });
    const code = await parsed.command.run(parsed.values, contextOf(parsed, signal, around, answer));
    await answer.end();
    return code;
  } catch (thrown) {
    return tell(signal.aborted ? new ShellError('interrupted', 'Interrupted.') : thrown, parsed, output);
  }
}

function change(parsed: Read, signal: AbortSignal, around: Surroundings): Promise<ExitCode> {
  const { command, values, options, full, abbreviated } = parsed;
  const { output, ask } = around;
  const isData = formatOf(options) !== 'text';
  if (!options.yes && (ask === null || isData)) {
    const why = isData ? 'a question would not be data' : 'there is nobody to ask';
    throw new ShellError('usage', `This changes something, and ${why}.`, `To do it without a question: ${full} --yes`);
  }
  if (abbreviated && !isData) output.lines([output.paint.strong(full)]);
  return command.run(values, contextOf(parsed, signal, around, null));
}

/** `answer` is where the lines of a command that looks go. */
function contextOf(parsed: Read, signal: AbortSignal, around: Surroundings, answer: Answer | null): Context {
  const { options } = parsed;
  const { ask } = around;
  const format = formatOf(options);
  const output = answer?.output ?? around.output;
  const fitting = (lines: readonly string[]): readonly string[] =>
    output.isTerminal ? fitted(lines, output.width) : lines;
  return {
    client: around.client(),
    output,
    options,
    helpOn: (words) => helpLines(around.grammar, words, output),
    signal,
    nowMs: Date.now,
    async answer(value, lines, next) {
      if (format !== 'text') output.lines(await dataLines(value, format));
      else {
        const hints = next && output.isTerminal ? nextLines(next(value), output) : [];
        output.lines([...fitting(lines(value)), ...hints]);
      }
      return exitCode.done;
    },
    async stream(items, lines) {
      answer?.flow();
      try {
        for await (const item of items) {
          output.lines(format === 'text' ? fitting(lines(item)) : [JSON.stringify(item)]);
          if (answer?.isFull) break;
        }
      } catch (thrown) {
        if (!signal.aborted) throw thrown;
      }
      return signal.aborted ? exitCode.interrupted : exitCode.done;
    },
    async confirm(lines) {
      if (options.yes || ask === null) return options.yes;
      output.lines(fitting(lines));
      const said = await ask('Continue? [yes,no] (no) ');
      if (said === 'interrupted') throw new ShellError('interrupted', 'Interrupted: nothing was changed.');
      if (said === 'no') output.lines(['Nothing was changed.']);
      return said === 'yes';
    },
    readSecret: (question) => readSecret(around.secrets, question),
    follow: (operation) => {
      answer?.flow();
      const shownOn = output.isTerminal ? around.output : output;
      return around.follow(operation, { format, output: shownOn, signal });
    },
    history: around.history,
    appliance: around.appliance,
    enterAppliance: around.enterAppliance,
    settings: around.settings,
    leave: around.leave,
  };
}

function tell(thrown: unknown, { options }: { options: { json: boolean } }, output: Output): ExitCode {
  const failure = toFailure(thrown);
  if (options.json && !output.isTerminal) output.errors([errorText(failure)]);
  else output.errors(failureLines(failure, output));
  return exitCodeOf(failure);
}

/** Also of a line that cannot be read to its end. */
const wantsJson = (line: string): boolean =>
  tokenize(line).tokens.some((token) => isOption(token) && token.text === '--json');

/** An error for programs. */
export const errorText = (failure: Failure): string => JSON.stringify({ error: failure }, null, 2);

/** One sentence, and what to type next. */
export function failureLines({ message, hint }: { message: string; hint: string | null }, output: Output): string[] {
  const { width, paint } = output;
  const next = hint === null ? [] : wrap(printable(hint), width, 2);
  return [...wrap(`% ${printable(message)}`, width).map(paint.bad), ...next];
}
