import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { importImage, pushImage } from '../../src/demo/private-engine/images.ts';
import type { Engine } from '../../src/demo/private-engine/private-engine.ts';
import { reserve } from '../../src/demo/private-engine/started-things.ts';

const run = promisify(execFile);

/** Debian generations, each with a MariaDB whose data the one before cannot read. */
export const GENERATIONS = ['bullseye', 'bookworm', 'trixie'] as const;
export type Generation = (typeof GENERATIONS)[number];

/** The version of MariaDB that a generation has, as the tag of its image. */
export const MARIADB_VERSION: Record<Generation, string> = { bullseye: '10.5', bookworm: '10.11', trixie: '11.8' };

const ENTRY = `#!/bin/sh
# Starts MariaDB on /var/lib/mysql: initialised where it is empty, upgraded where it is older.
set -e
version="$(mariadbd --version | sed 's/.*Ver \\([0-9]*\\.[0-9]*\\).*/\\1/')"
mkdir -p /run/mysqld && chown mysql:mysql /run/mysqld
if [ ! -d /var/lib/mysql/mysql ]; then
  mariadb-install-db --user=mysql --datadir=/var/lib/mysql --auth-root-authentication-method=socket > /dev/null
  echo "$version" > /var/lib/mysql/generation
fi
chown -R mysql:mysql /var/lib/mysql
mariadbd --user=mysql --datadir=/var/lib/mysql --bind-address=0.0.0.0 &
server=$!
trap 'kill -TERM $server; wait $server; exit $?' TERM INT
until mariadb-admin ping > /dev/null 2>&1; do
  kill -0 $server 2> /dev/null || { wait $server; exit $?; }
  sleep 0.1
done
if [ "$(cat /var/lib/mysql/generation)" != "$version" ]; then
  echo "upgrading the data from $(cat /var/lib/mysql/generation) to $version"
  mariadb-upgrade --force > /dev/null
  echo "$version" > /var/lib/mysql/generation
fi
touch /run/mysqld/ready
while kill -0 $server 2> /dev/null; do wait $server; done
`;

const CHANGES = [
  'CMD ["/usr/local/bin/mariadb-entry"]',
  'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'VOLUME /var/lib/mysql',
  'EXPOSE 3306',
  'HEALTHCHECK --interval=1s --timeout=5s --retries=60 CMD test -e /run/mysqld/ready && mariadb-admin ping',
  'LABEL io.belay.version-command="mariadbd --version"',
];

// What a server never opens: more than half of the image.
const STRIPPED = [
  ...['share/doc', 'share/man', 'share/locale', 'share/info', 'share/i18n', 'share/zoneinfo', 'share/perl'],
  ...['share/mysql-test', 'share/mysql/mysql-test', 'lib/*-linux-gnu/perl', 'lib/*-linux-gnu/perl-base', 'lib/python3'],
]
  .map((path) => `usr/${path}`)
  .concat(['var/cache/*', 'var/lib/apt/*', 'var/lib/dpkg/info/*', 'var/log/*', 'var/lib/mysql/*'])
  .concat(['dev/*', 'proc/*', 'sys/*', 'run/*', 'boot/*']);

/** The mirror that this machine gets its own Debian packages from. */
async function mirror(): Promise<string> {
  const lists = await readdir('/etc/apt/sources.list.d').catch(() => [] as string[]);
  const files = ['/etc/apt/sources.list', ...lists.map((name) => join('/etc/apt/sources.list.d', name))];
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => '');
    const [, address] =
      /^(?:URIs:\s*|deb\s+(?:\[[^\]]*\]\s*)?)((?:https?|file):\S*\/debian\/?)(?=\s|$)/m.exec(text) ?? [];
    if (address !== undefined) return address;
  }
  throw new Error('no Debian mirror in /etc/apt/sources.list or /etc/apt/sources.list.d');
}

/** Makes the root file system of a generation and packs it. Some minutes; network by Debian's mirror. */
async function bootstrap(generation: Generation, archive: string): Promise<void> {
  const directory = await mkdtemp('/var/tmp/belay-debian-');
  const record = await reserve(directory);
  if (!record) throw new Error('two Debian trees were given the same name');
  const root = join(directory, 'root');
  process.stderr.write(`Making a Debian ${generation} with MariaDB (once; kept in ${cacheDirectory()})\n`);
  try {
    const options = ['--variant=minbase', '--include=mariadb-server', generation, root, await mirror()];
    await run('debootstrap', options, { maxBuffer: 64 << 20 });
    const entry = join(root, 'usr/local/bin/mariadb-entry');
    await writeFile(entry, ENTRY, { mode: 0o755 });
    const excludes = STRIPPED.map((path) => `--exclude=./${path}`);
    const partial = `${archive}.${process.pid}`;
    await run('tar', ['-C', root, '--numeric-owner', '--wildcards', ...excludes, '-cf', partial, '.']);
    await rename(partial, archive);
  } finally {
    await record.destroy();
  }
}

const cacheDirectory = () => process.env['BELAY_TEST_CACHE'] || join(homedir(), '.cache', 'belay-test');

/** The packed root file system of a generation, from the cache or made now. */
async function archiveOf(generation: Generation): Promise<string> {
  const recipe = createHash('sha256').update(ENTRY).update(STRIPPED.join()).digest('hex').slice(0, 12);
  const archive = join(cacheDirectory(), `mariadb-${generation}-${recipe}.tar`);
  await mkdir(cacheDirectory(), { recursive: true });
  if (!existsSync(archive)) await bootstrap(generation, archive);
  return archive;
}

/**
 * Makes images of MariaDB of the given Debian generations, with `MARIADB_VERSION` as tags, and pushes
 * them where `repository` is in a registry on 127.0.0.1. A newer one upgrades older data at its first
 * start, for good. Root has no password, by the socket in the container. Returns reference by generation.
 */
export async function makeMariadbImages(
  engine: Engine,
  repository: string,
  generations: readonly Generation[] = GENERATIONS,
): Promise<Map<Generation, string>> {
  const references = new Map<Generation, string>();
  const queue = generations.values();
  const work = async () => {
    for (const generation of queue) {
      const reference = `${repository}:${MARIADB_VERSION[generation]}`;
      await importImage(engine, reference, createReadStream(await archiveOf(generation)), CHANGES);
      if (repository.startsWith('127.0.0.1:')) await pushImage(engine, reference);
      references.set(generation, reference);
    }
  };
  await Promise.all([work(), work()]);
  return references;
}
