import { exitCode } from './failure.ts';
import { tokenize } from './grammar/tokenizer.ts';
import { printable } from './printable.ts';

/** How the launcher is called, wherever it is installed. */
const LAUNCHER = 'belay-login';

/** What copies files or carries another protocol over a login, under the names that clients and sshd ask for. */
const FOREIGN = new Set([
  'git-receive-pack',
  'git-upload-archive',
  'git-upload-pack',
  'internal-sftp',
  'mosh-server',
  'rsync',
  'scp',
  'sftp',
  'sftp-server',
]);

/** Arguments as for `belay`, or why there are none. */
export type Login = { argv: string[] } | Refusal;

interface Refusal {
  refusal: readonly string[];
  /** The other side speaks SFTP, and hears no other answer. */
  isSftp: boolean;
}

/**
 * What a login asks for. `argv` is what stands behind `--login`: nothing or `-c LINE` from a login shell, options
 * such as `--appliance NAME` from a ForceCommand. With a ForceCommand, what was asked for is in SSH_ORIGINAL_COMMAND.
 */
export function readLogin(argv: readonly string[], environment: NodeJS.ProcessEnv): Login {
  const original = environment['SSH_ORIGINAL_COMMAND'];
  const at = argv.indexOf('-c');
  const options = (at < 0 ? argv : argv.slice(0, at)).filter((word) => word !== '-l');
  if (at < 0) return asked(options, original);
  const line = argv[at + 1] ?? '';
  // A ForceCommand is itself given to the login shell, which may be this program.
  const [first, ...rest] = tokenize(line).tokens.map(({ text }) => text);
  if (nameOf(first) === LAUNCHER) {
    const chosen = rest.length === 0 || (rest.length === 2 && rest[0] === '--appliance');
    return chosen ? asked([...options, ...rest], original) : refused(LAUNCHER);
  }
  return asked(options, line);
}

function asked(options: readonly string[], line: string | undefined): Login {
  if (line === undefined || line.trim() === '') return { argv: [...options] };
  const first = tokenize(line).tokens[0]?.text ?? '';
  if (first.includes('/') || FOREIGN.has(first)) return refused(first);
  return { argv: [...options, '-c', line] };
}

const nameOf = (path: string | undefined): string => path?.split('/').at(-1) ?? '';

function refused(program: string): Refusal {
  const isSftp = nameOf(program) === 'internal-sftp' || nameOf(program) === 'sftp-server';
  const name = isSftp ? 'sftp' : printable(nameOf(program)).slice(0, 40) || 'a program';
  const carries = FOREIGN.has(nameOf(program)) ? 'It carries no files: ' : '';
  return {
    isSftp,
    refusal: [
      `% This login takes Belay's commands only, and ${name} is none of them.`,
      `  ${carries}ssh HOST 'show releases | json' writes an answer to your side.`,
    ],
  };
}

/** Told on standard error, and in SFTP where that is spoken. */
export async function tellRefusal({ refusal, isSftp }: Refusal): Promise<number> {
  process.stderr.write(`${refusal.join('\n')}\n`);
  if (isSftp && process.stdin.isTTY !== true) {
    const { refuseSftp } = await import('./sftp-refusal.ts');
    process.stdout.on('error', () => process.exit(exitCode.refused));
    const sentences = refusal.map((line) => line.slice(2)).join(' ');
    await refuseSftp(process.stdin, (packet) => process.stdout.write(packet), sentences);
  }
  return exitCode.refused;
}
