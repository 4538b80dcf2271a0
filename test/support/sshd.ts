import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { SHIPPED_PROGRAM } from './belay.ts';

const root = resolve(import.meta.dirname, '../..');

/** The account that only this sshd knows, unless it is to be another. */
export const ACCOUNT = 'climber';

export interface SshdOptions {
  account?: string;
  /** For the Node that runs Belay behind the launcher. */
  nodeOptions?: readonly string[];
}

/** How the account comes to Belay. */
export type Way = 'force-command' | 'login-shell' | 'both';

// Nothing of the machine changes: the accounts and /opt/belay are there in a mount namespace of its own only. The mounts
// of private engines are not kept in it: who holds them when such an engine is taken away is taken for a part of it.
const START = `
set -e
for point in $(cut -d ' ' -f 5 /proc/self/mountinfo); do
  case $point in */belay-*) umount -l "$point" 2>/dev/null || : ;; esac
done
mount --bind "$1/passwd" /etc/passwd
mount --bind "$1/group" /etc/group
mount -t tmpfs none /opt
mkdir /opt/belay
mount --bind "$1/belay" /opt/belay
mkdir -p /run/sshd
exec "$2" -D -e -f "$1/sshd_config"
`;

export interface Answer {
  code: number | null;
  out: string;
  err: string;
}

/** A real sshd on loopback with the shipped snippet, its own keys, and an account that has Belay's launcher. */
export class TestSshd {
  readonly directory = mkdtempSync(join(tmpdir(), 'belay-sshd-'));
  port = 0;
  #sshd: ChildProcess | null = null;
  #log = '';
  readonly #way: Way;
  readonly #account: string;
  readonly #nodeOptions: readonly string[];

  constructor(way: Way, { account = ACCOUNT, nodeOptions = [] }: SshdOptions = {}) {
    this.#way = way;
    this.#account = account;
    this.#nodeOptions = nodeOptions;
  }

  /** `settings` become etc/login.conf; `extra` is added to the main part of sshd's configuration. */
  async start(settings: Record<string, string>, extra: readonly string[] = []): Promise<void> {
    const { directory } = this;
    const at = (name: string): string => join(directory, name);
    this.port = await freePort();
    for (const name of ['belay/bin', 'belay/etc', 'home']) mkdirSync(at(name), { recursive: true });
    copyFileSync(join(root, 'bin/belay-login'), at('belay/bin/belay-login'));
    symlinkSync(dirname(SHIPPED_PROGRAM), at('belay/dist'));
    // The launcher takes the Node that stands beside it.
    mkdirSync(at('belay/node_modules/.bin'), { recursive: true });
    const node = ['#!/bin/sh', `exec '${process.execPath}' ${this.#nodeOptions.join(' ')} "$@"`, ''];
    writeFileSync(at('belay/node_modules/.bin/node'), node.join('\n'), { mode: 0o755 });
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(at('belay/etc/login.conf'), lines.join(''));
    const shell = this.#way === 'force-command' ? '/bin/sh' : '/opt/belay/bin/belay-login';
    const account = `${this.#account}:*:0:0::${at('home')}:${shell}\n`;
    writeFileSync(at('passwd'), readFileSync('/etc/passwd', 'utf8') + account);
    writeFileSync(at('group'), `${readFileSync('/etc/group', 'utf8')}belay:x:64999:${this.#account}\n`);
    for (const key of ['host', 'user']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(key)]);
    copyFileSync(at('user.pub'), at('authorized_keys'));
    const snippet = this.#way === 'login-shell' ? '' : readFileSync(join(root, 'docs/sshd-belay.conf'), 'utf8');
    writeFileSync(at('sshd_config'), `${this.#configuration(extra)}${snippet}`);
    this.#sshd = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', START, 'sh', directory, sshd()], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#sshd.stderr?.on('data', (chunk) => {
      this.#log += chunk;
    });
    for (let waitedMs = 0; waitedMs < 20_000 && !this.#log.includes('Server listening'); waitedMs += 20) {
      if (this.#sshd.exitCode !== null) break;
      await new Promise((done) => setTimeout(done, 20));
    }
    if (!this.#log.includes('Server listening')) throw new Error(`sshd does not listen: ${this.#log}`);
  }

  #configuration(extra: readonly string[]): string {
    const at = (name: string): string => join(this.directory, name);
    const lines = [
      `Port ${this.port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${at('host')}`,
      'PidFile none',
      `AuthorizedKeysFile ${at('authorized_keys')}`,
      'StrictModes no',
      'UsePAM no',
      'PermitRootLogin yes',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'Subsystem sftp internal-sftp',
      'Subsystem netconf /usr/bin/netconf --yang',
      ...extra,
    ];
    return `${lines.join('\n')}\n`;
  }

  /** What ssh, scp and sftp take. */
  get options(): string[] {
    const settings = [
      'BatchMode=yes',
      'StrictHostKeyChecking=no',
      'UserKnownHostsFile=/dev/null',
      'LogLevel=ERROR',
      'IdentitiesOnly=yes',
      `IdentityFile=${join(this.directory, 'user')}`,
      `Port=${this.port}`,
    ];
    return ['-F', 'none', ...settings.flatMap((each) => ['-o', each])];
  }

  get destination(): string {
    return `${this.#account}@127.0.0.1`;
  }

  async ssh(command: readonly string[], options: readonly string[] = [], input = ''): Promise<Answer> {
    return run('ssh', [...this.options, ...options, this.destination, ...command], input);
  }

  /** The processes of sshd that serve a connection. */
  connections(): number[] {
    const children = readFileSync(`/proc/${this.#sshd?.pid}/task/${this.#sshd?.pid}/children`, 'utf8');
    return children.trim().split(' ').filter(Boolean).map(Number);
  }

  async stop(): Promise<void> {
    if (this.#sshd && this.#sshd.exitCode === null) {
      this.#sshd.kill('SIGTERM');
      await once(this.#sshd, 'exit');
    }
    rmSync(this.directory, { recursive: true, force: true });
  }
}

const sshd = (): string => execFileSync('sh', ['-c', 'PATH=$PATH:/usr/sbin command -v sshd']).toString().trim();

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Runs a program to its end. */
export async function run(
  program: string,
  args: readonly string[],
  input = '',
  options: { env?: NodeJS.ProcessEnv; argv0?: string } = {},
): Promise<Answer> {
  const child = spawn(program, [...args], { stdio: 'pipe', ...options });
  const answer: Answer = { code: null, out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    answer.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    answer.err += text;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  [answer.code] = await once(child, 'close');
  return answer;
}
