import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { placesOf } from './daemon/places.ts';

declare const __BELAY_VERSION__: string;
const version = typeof __BELAY_VERSION__ === 'undefined' ? '0.0.0' : __BELAY_VERSION__;

/** What is loaded decides how soon the prompt is there: the daemon's world is loaded by the daemon only. */
async function main(args: string[]): Promise<number> {
  let argv = args;
  // Also as a login shell without its launcher, where the first letter of its name says so.
  const isLogin = argv[0] === '--login' || process.argv0.startsWith('-');
  if (isLogin) {
    const { readLogin, tellRefusal } = await import('./shell/login.ts');
    const login = readLogin(argv[0] === '--login' ? argv.slice(1) : argv, process.env);
    if ('refusal' in login) return tellRefusal(login);
    argv = login.argv;
  }
  const places = placesOf(process.env, process.getuid?.() ?? -1, homedir());
  // Compiled code is kept for the next start, where nobody else can write.
  if (existsSync(places.home)) enableCompileCache(join(places.home, 'compile-cache'));
  const program = fileURLToPath(import.meta.url);
  if (argv[0] === 'daemon') {
    const { serve } = await import('./daemon/serve.ts');
    return serve(places, version, program);
  }
  if (argv[0] === '__complete') {
    const { completionLines } = await import('./shell/complete-words.ts');
    const { username } = userInfo();
    const options = { socket: places.socket, user: username };
    const lines = await completionLines(argv.slice(1, -1), argv.at(-1) ?? '', options);
    process.stdout.write(lines.map((line) => `${line}\n`).join(''));
    return 0;
  }
  const connect = async () => {
    const { ensureDaemon } = await import('./daemon/ensure-running.ts');
    await ensureDaemon(places, program);
    return places.socket;
  };
  // Several accounts may share the daemon's uid: what logged somebody in knows which one it was.
  const user = process.env['SUDO_USER'] || (isLogin && process.env['LOGNAME']) || userInfo().username;
  const options = { connect, user, version, environment: process.env };
  // Reading arguments loads every command; where there are none, nothing is loaded but the prompt.
  if (argv.length === 0 && process.stdin.isTTY && process.stdout.isTTY) {
    const { runShell } = await import('./shell/shell.ts');
    return runShell({ ...options, appliance: null });
  }
  const { runCommandLine } = await import('./shell/command-line.ts');
  return runCommandLine(argv, options);
}

process.exitCode = await main(process.argv.slice(2));
