import type { Client } from '../api/client/client.ts';
import { createUnixClient } from '../api/client/unix-client.ts';
import { announced } from './announce.ts';
import { type Arguments, readArguments, usageLines } from './arguments.ts';
import { errorText, execute, failureLines, type Surroundings } from './execute.ts';
import { type ExitCode, exitCode } from './failure.ts';
import { Terminal } from './line/terminal.ts';
import { createOutput, type Output } from './output.ts';
import { printable } from './printable.ts';
import { fromStandardInput, type SecretSource } from './read-secret.ts';
import { registry } from './registry.ts';
import { initialSettings, type TerminalSettings } from './terminal-settings.ts';

export interface CommandLineOptions {
  /** Sees to it that a daemon runs and gives the path of its socket. */
  connect: () => Promise<string>;
  user: string;
  version: string;
  environment: NodeJS.ProcessEnv;
}

/**
 * Everything that `belay` does but the daemon: one command, `-c` lines, lines from standard input, or the
 * session where there is a terminal and nothing to run. Resolves with the exit code.
 */
export async function runCommandLine(argv: readonly string[], options: CommandLineOptions): Promise<ExitCode> {
  const settings = initialSettings(options.environment);
  const output = createOutput(process, options.environment, 'stderr', settings);
  const read = readArguments(argv);
  if ('problem' in read) {
    const failure = { code: 'usage', message: read.problem, hint: 'For help: belay --help' };
    const isData = argv.includes('--json') && !output.isTerminal;
    output.errors(isData ? [errorText(failure)] : failureLines(failure, output));
    return exitCode.usage;
  }
  if (read.wants === 'help') {
    output.lines(usageLines(output, registry));
    return exitCode.done;
  }
  if (read.wants === 'version') {
    output.lines([`belay ${options.version}`]);
    return exitCode.done;
  }
  const interactive = process.stdin.isTTY === true && process.stdout.isTTY === true;
  if (read.lines === null && interactive) {
    const { runShell } = await import('./shell.ts');
    return runShell({ ...options, appliance: read.appliance });
  }
  return runLines(read, interactive, options, output, settings);
}

async function runLines(
  { lines, appliance, goesOn }: Arguments,
  interactive: boolean,
  options: CommandLineOptions,
  output: Output,
  settings: TerminalSettings,
): Promise<ExitCode> {
  const interruption = new AbortController();
  const interrupt = (): void => interruption.abort();
  const terminal = interactive ? new Terminal(process) : null;
  const state = { appliance, over: false, settings };
  let failed: ExitCode = exitCode.done;
  process.on('SIGINT', interrupt);
  terminal?.onInterrupt(interrupt);
  // A reader that has seen enough, as `head` has, is no reason for a stack trace.
  process.stdout.on('error', () => process.exit(exitCode.failed));
  try {
    for await (const line of lines ?? linesOf(process.stdin)) {
      if (line.trimStart().startsWith('#')) continue;
      const around = surroundings(state, options, output, terminal, lines === null);
      const code = await execute({ line, indent: null, signal: interruption.signal }, around);
      if (code !== exitCode.done) failed = code;
      if (interruption.signal.aborted || state.over || (failed !== exitCode.done && !goesOn)) break;
    }
    return failed;
  } finally {
    process.off('SIGINT', interrupt);
    terminal?.stop();
  }
}

function surroundings(
  state: { appliance: string | null; over: boolean; settings: TerminalSettings },
  options: CommandLineOptions,
  output: Output,
  terminal: Terminal | null,
  /** Standard input says what to run. */
  isFed: boolean,
): Surroundings {
  let client: Client | null = null;
  const connected = (): Client => {
    client ??= createUnixClient({
      connect: announced(options.connect, (line) => output.errors([line])),
      user: options.user,
      appliance: state.appliance,
      clean: printable,
    });
    return client;
  };
  return {
    grammar: registry,
    client: connected,
    output,
    ask:
      terminal === null
        ? null
        : async (question) => {
            terminal.start();
            return (await import('./line/question.ts')).askYesNo(terminal, question);
          },
    secrets: secretsOf(isFed, terminal),
    page: null,
    async follow(operation, shown) {
      const { showOperation } = await import('./live/show-operation.ts');
      terminal?.start();
      return showOperation({ client: connected(), operation, stdout: process.stdout, ...shown, nowMs: Date.now });
    },
    history: () => [],
    appliance: () => state.appliance,
    enterAppliance: (name) => {
      state.appliance = name;
    },
    settings: state.settings,
    leave: () => {
      state.over = true;
    },
  };
}

/** A terminal, or else standard input where it is not what says what to run. */
function secretsOf(isFed: boolean, terminal: Terminal | null): SecretSource | null {
  if (terminal === null) return isFed || process.stdin.isTTY ? null : fromStandardInput(process.stdin);
  return {
    async ask(question) {
      terminal.start();
      return (await import('./line/hidden-line.ts')).readHiddenLine(terminal, question);
    },
  };
}

async function* linesOf(input: NodeJS.ReadStream): AsyncGenerator<string> {
  const { createInterface } = await import('node:readline');
  try {
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  } finally {
    // Whoever feeds it may keep it open: that is no reason to stay.
    input.destroy();
  }
}
