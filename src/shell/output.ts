import { createPaint, type Paint, wantsColour } from './paint.ts';
import type { TerminalSettings } from './terminal-settings.ts';

/** Where answers go. On a terminal it has a width and colours; elsewhere lines are as long as they are. */
export interface Output {
  isTerminal: boolean;
  /** Columns: at least 20, and 120 where there is no terminal. */
  readonly width: number;
  readonly rows: number;
  paint: Paint;
  /** Each with a line break. */
  lines(lines: readonly string[]): void;
  /** To standard error, where this is not a terminal session. */
  errors(lines: readonly string[]): void;
}

export interface Streams {
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
}

/** `errorsTo` is the terminal itself in a session: what was typed and what came of it stay together. */
export function createOutput(
  streams: Streams,
  environment: NodeJS.ProcessEnv,
  errorsTo: 'stdout' | 'stderr',
  settings: Pick<TerminalSettings, 'width'> = { width: null },
): Output {
  const { stdout } = streams;
  const isTerminal = stdout.isTTY === true;
  const write = (stream: NodeJS.WriteStream, lines: readonly string[]): void => {
    if (lines.length > 0) stream.write(`${lines.join('\n')}\n`);
  };
  return {
    isTerminal,
    get width() {
      return settings.width ?? (isTerminal ? Math.max(20, stdout.columns || 80) : 120);
    },
    get rows() {
      return isTerminal ? Math.max(4, stdout.rows || 24) : Number.POSITIVE_INFINITY;
    },
    paint: createPaint(wantsColour(isTerminal, environment)),
    lines: (lines) => write(stdout, lines),
    errors: (lines) => write(streams[errorsTo], lines),
  };
}
