import { readFileSync } from 'node:fs';
import { arch, cpus, freemem, hostname, release as kernel, platform, totalmem, uptime } from 'node:os';
import { join } from 'node:path';
import { toBelayError } from '../../../domain/errors.ts';
import type { World } from '../../../domain/ports/world.ts';
import type { Service } from '../service.ts';
import { viewSystem } from '../system-view.ts';
import { containerFiles, json, lastPart } from './both-sides.ts';
import type { TarFile } from './tar.ts';

const MAX_OPERATIONS = 200;

/** What could not be had, and why, is a part too. */
export async function attempt(name: string, make: () => Promise<TarFile[]> | TarFile[]): Promise<TarFile[]> {
  try {
    return await make();
  } catch (thrown) {
    return [{ name: `missing/${name.replaceAll('/', '-')}.txt`, content: `${toBelayError(thrown).message}\n` }];
  }
}

export function machineFile(version: string): TarFile {
  const { node, openssl, sqlite } = process.versions as Record<string, string>;
  const machine = { hostname: hostname(), platform: platform(), arch: arch(), kernel: kernel(), cpus: cpus().length };
  const memory = { totalBytes: totalmem(), freeBytes: freemem(), uptimeS: Math.round(uptime()) };
  const programs = { belay: version, node, sqlite, openssl };
  return { name: 'versions.json', content: json({ programs, machine, memory, os: osName() }) };
}

function osName(): string | null {
  try {
    return /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? null;
  } catch {
    return null;
  }
}

/** The engine, and the file systems that anything of ours lies on, with what is free there. */
export async function hostFile({ host, slots, journal }: World, home: string): Promise<TarFile> {
  const engine = await host.describe().catch((error) => ({ problem: toBelayError(error).message, rootDir: '' }));
  const paths = new Set([home, engine.rootDir].filter((path) => path !== ''));
  for (const { name } of journal.appliances()) {
    for (const { mounts } of journal.slots(name)) for (const { path } of mounts) if (path !== '') paths.add(path);
  }
  const filesystems = await Promise.all(
    [...paths].map(async (path) => ({
      path,
      ...(await slots.space(path).catch((error) => ({ problem: toBelayError(error).message }))),
    })),
  );
  return { name: 'host.json', content: json({ engine, filesystems }) };
}

/** The record as values that can be read, instead of the file, which holds secrets. */
export function journalFiles({ journal }: World): TarFile[] {
  const appliances = journal.appliances();
  const operations = appliances.flatMap(({ name }) => journal.operations(name, MAX_OPERATIONS));
  const releases = appliances.flatMap(({ name }) => journal.releases(name));
  const entries = operations
    .flatMap(({ id }) => journal.entries(id))
    .sort((a, b) => a.sequenceNumber - b.sequenceNumber)
    .map(({ at, operation, step, phase, message }) =>
      [at.toISOString(), operation, step.padEnd(14), phase.padEnd(13), message ?? ''].join('  ').trimEnd(),
    );
  return [
    { name: 'journal/appliances.json', content: json(appliances) },
    { name: 'journal/releases.json', content: json(releases) },
    { name: 'journal/slots.json', content: json(appliances.flatMap(({ name }) => journal.slots(name))) },
    { name: 'journal/instances.json', content: json(releases.flatMap(({ id }) => journal.instances(id))) },
    { name: 'journal/operations.json', content: json(operations) },
    { name: 'journal/entries.txt', content: `${entries.join('\n')}\n` },
  ];
}

/** What runs now, how it is, and what needs attention, of each appliance; log and inspect answer of its containers. */
export async function systemFiles(service: Service): Promise<TarFile[]> {
  const { journal, host } = service.world;
  const files: TarFile[] = [];
  for (const appliance of journal.appliances()) {
    const folder = `now/${appliance.name}`;
    const system = () => viewSystem(service, appliance);
    files.push(
      ...(await attempt(`${folder}/system`, async () => [
        { name: `${folder}/system.json`, content: json(await system()) },
      ])),
    );
    const active = service.active(appliance);
    files.push(...(await containerFiles({ journal, host }, active, folder)));
    const [last] = journal.operations(appliance.name, 1);
    const other = last && journal.release(last.from === active.id ? last.to : last.from);
    if (other && other.id !== active.id) {
      files.push(...(await containerFiles({ journal, host }, other, `${folder}/${other.id}`)));
    }
  }
  return files;
}

export async function containersFile({ host }: World): Promise<TarFile> {
  return { name: 'containers.json', content: json(await host.listContainers()) };
}

/** Only where the daemon was started in the background does it write into a file. */
export function daemonLogFile(home: string): TarFile[] {
  try {
    return [{ name: 'daemon.log', content: lastPart(readFileSync(join(home, 'daemon.log'), 'utf8')) }];
  } catch {
    return [];
  }
}
