import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A command, and the Debian package that has it. */
export interface Need {
  command: string;
  package: string;
}

/** For an engine and a registry, and for Belay to clone data while it is written. */
export const ENGINE_NEEDS: readonly Need[] = [
  { command: 'dockerd', package: 'docker.io' },
  { command: 'docker-registry', package: 'docker-registry' },
  { command: 'rsync', package: 'rsync' },
  { command: 'ip', package: 'iproute2' },
  { command: 'iptables', package: 'iptables' },
];

/** What tests on a real engine call as well. */
export const TEST_NEEDS: readonly Need[] = [
  ...ENGINE_NEEDS,
  { command: 'docker', package: 'docker.io' },
  { command: 'busybox', package: 'busybox-static' },
  { command: 'debootstrap', package: 'debootstrap' },
  { command: 'mkfs.xfs', package: 'xfsprogs' },
  { command: 'mkfs.btrfs', package: 'btrfs-progs' },
  { command: 'setfattr', package: 'attr' },
  { command: 'setfacl', package: 'acl' },
  { command: 'faketime', package: 'faketime' },
  { command: 'sshd', package: 'openssh-server' },
  { command: 'ssh', package: 'openssh-client' },
  { command: 'zsh', package: 'zsh' },
  { command: 'fish', package: 'fish' },
];

/** For tests of the web page. */
export const BROWSER_NEEDS: readonly Need[] = [{ command: 'chromium', package: 'chromium' }];

/** Where a command is, on the path or where administrators' commands are; null where it is not. */
export async function findCommand(command: string): Promise<string | null> {
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  for (const directory of directories) {
    const path = join(directory, command);
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  return null;
}

const PROGRAM_INTERPRETER = 3;

// A 64-bit ELF file that names no interpreter runs in an empty root file system.
async function isStatic(path: string): Promise<boolean> {
  const file = await readFile(path);
  const start = Number(file.readBigUInt64LE(32));
  const size = file.readUInt16LE(54);
  const count = file.readUInt16LE(56);
  return Array.from({ length: count }, (_, n) => file.readUInt32LE(start + n * size)).every(
    (type) => type !== PROGRAM_INTERPRETER,
  );
}

async function missing(needs: readonly Need[]): Promise<Need[]> {
  const absent: Need[] = [];
  for (const need of needs) {
    const path = await findCommand(need.command);
    if (path === null || (need.command === 'busybox' && !(await isStatic(path)))) absent.push(need);
  }
  return absent;
}

async function aptInstall(packages: string[]): Promise<void> {
  process.stderr.write(`Installing Debian packages: ${packages.join(' ')}\n`);
  // In runlevel 1 no package starts its own daemon, as sshd would on port 22.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const options = { env, maxBuffer: 64 << 20 };
  const install = ['-o', 'DPkg::Lock::Timeout=300', 'install', '-y', '--no-install-recommends', ...packages];
  // The first try spares a machine whose package lists are fresh the wait for new ones.
  await run('apt-get', install, options).catch(async () => {
    await run('apt-get', ['update'], options);
    await run('apt-get', install, options);
  });
}

/**
 * Makes sure that the commands are here: as root on Debian missing packages are installed. Returns why a private
 * Docker Engine cannot run, or null. Needs without which only single tests are skipped do not count.
 */
export async function provideNeeds(needs: readonly Need[]): Promise<string | null> {
  if (process.platform !== 'linux') return `Docker Engine runs on Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'starting a private Docker Engine needs root';
  let absent = await missing(needs);
  if (absent.length > 0 && (await findCommand('apt-get')) !== null) {
    await aptInstall([...new Set(absent.map((need) => need.package))]).catch((error: Error) => {
      process.stderr.write(`apt-get: ${error.message.trim().split('\n').slice(-3).join(' ')}\n`);
    });
    absent = await missing(needs);
    // From Debian 13 on the command line client is a package of its own.
    if (absent.some((need) => need.command === 'docker')) await aptInstall(['docker-cli']).catch(() => {});
    absent = await missing(needs);
  }
  const essential = absent.filter((need) => ['dockerd', 'docker-registry', 'busybox', 'ip'].includes(need.command));
  if (essential.length === 0) return null;
  return `missing: ${essential.map((need) => `${need.command} (Debian package ${need.package})`).join(', ')}`;
}
