// Runs on the machine's own Node, which may be 20: plain JavaScript, nothing that is newer.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/*
 * Installs what the lockfile names, where it has changed since, and runs commands one after the other
 * with the Node that the lockfile names: `node with-deps.mjs COMMAND ARGUMENTS then COMMAND ARGUMENTS`.
 */
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const binaries = join(root, 'node_modules', '.bin');
const stamp = join(root, 'node_modules', '.installed-lockfile');
const otherPaths = (process.env.PATH ?? '').split(delimiter).filter((path) => path !== binaries);

function run(command, args, path) {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, PATH: path } });
  // A terminal's Ctrl-C reaches the child by itself; what is sent to this process alone is handed on.
  const handOn = (signal) => child.kill(signal);
  process.on('SIGTERM', handOn);
  process.on('SIGHUP', handOn);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      process.off('SIGTERM', handOn);
      process.off('SIGHUP', handOn);
      resolve(signal ? 128 + constants.signals[signal] : code);
    });
  });
}

async function install() {
  const lockfile = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lockfile) return 0;
  process.stderr.write('Installing dependencies…\n');
  // npm replaces node_modules: it must not run on the Node inside it.
  const status = await run('npm', ['ci'], otherPaths.join(delimiter));
  if (status === 0) writeFileSync(stamp, lockfile);
  return status;
}

function commands(words) {
  const lists = [[]];
  for (const word of words) {
    if (word === 'then') lists.push([]);
    else lists.at(-1).push(word);
  }
  return lists.filter((list) => list.length > 0);
}

// The command that runs gets the Ctrl-C and decides; this only hands on its exit code.
process.on('SIGINT', () => {});
let status = await install();
for (const [command, ...args] of commands(process.argv.slice(2))) {
  if (status !== 0) break;
  status = await run(command, args, [binaries, ...otherPaths].join(delimiter));
}
process.exitCode = status;
