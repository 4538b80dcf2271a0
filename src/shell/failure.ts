/** What went wrong, as a person is told: the daemon's errors and the shell's own have this one shape. */
export interface Failure {
  code: string;
  message: string;
  hint: string | null;
}

/** Thrown by the shell itself where it will not go on. */
export class ShellError extends Error implements Failure {
  readonly code: 'usage' | 'refused' | 'not-found' | 'interrupted';
  readonly hint: string | null;

  constructor(code: ShellError['code'], message: string, hint: string | null = null) {
    super(message);
    this.name = 'ShellError';
    this.code = code;
    this.hint = hint;
  }
}

/** Reads whatever was thrown; what is not an error of ours becomes `internal`. */
export function toFailure(thrown: unknown): Failure {
  if (!(thrown instanceof Error)) return { code: 'internal', message: String(thrown), hint: null };
  const { code, hint } = thrown as Partial<Failure>;
  const known = typeof code === 'string' && /^[a-z-]+$/.test(code);
  return { code: known ? code : 'internal', message: thrown.message, hint: typeof hint === 'string' ? hint : null };
}

export const exitCode = { done: 0, failed: 1, usage: 2, refused: 3, noDaemon: 4, interrupted: 130 } as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

const BY_ERROR: Record<string, ExitCode> = {
  usage: exitCode.usage,
  'invalid-input': exitCode.usage,
  ambiguous: exitCode.usage,
  'not-found': exitCode.refused,
  busy: exitCode.refused,
  refused: exitCode.refused,
  'no-space': exitCode.refused,
  'data-missing': exitCode.refused,
  'engine-unreachable': exitCode.refused,
  'registry-unreachable': exitCode.refused,
  'journal-unusable': exitCode.refused,
  'no-daemon': exitCode.noDaemon,
  interrupted: exitCode.interrupted,
};

/** 3 where the request was understood and nothing was changed, 1 where something broke. */
export const exitCodeOf = (failure: Failure): ExitCode => BY_ERROR[failure.code] ?? exitCode.failed;
