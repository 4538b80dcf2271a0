import {
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { BelayError } from '../../../domain/errors.ts';
import { redactJson, redactText } from '../../../domain/redaction.ts';
import { knownSecrets } from '../../../domain/secrets.ts';
import type { TechSupportView } from '../../contract/tech-support.ts';
import type { JournalKeeper } from '../journal-keeper.ts';
import type { Service } from '../service.ts';
import { json, secretsOf } from './both-sides.ts';
import { EvidenceStore } from './evidence-store.ts';
import { attempt, containersFile, daemonLogFile, hostFile, journalFiles, machineFile, systemFiles } from './parts.ts';
import { type TarFile, tarOf } from './tar.ts';

const KEPT_FILES = 5;
const NAME = /^belay-tech-support-\d{8}T\d{6}Z\.tar\.gz$/;
const compressed = promisify(gzip);

const README = `What Belay knows about this system, for whoever is to help with it.

versions.json   programs and machine          host.json        engine, file systems, free space
journal/        the record of everything      journal.json     whether the record is sound
now/            what runs: state, log, inspect answer, and the other side of the last operation
evidence/       both sides of operations that went back, as they were then
daemon.log      what the daemon has said      missing/         what could not be had, and why

Values that bear a secret's name, passwords in URLs, and tokens have been replaced by (redacted), and so
has each of these values wherever else it stood. Look through it before you hand it on.
`;

export interface TechSupportSources {
  home: string;
  version: string;
  keeper: JournalKeeper;
  /** Null while the journal cannot be used. */
  service: Service | null;
}

/** One file with everything that somebody needs who has to find out what happened, without secrets. */
export class TechSupport {
  readonly #sources: TechSupportSources;
  readonly #directory: string;
  #elsewhere: string | null = null;

  constructor(sources: TechSupportSources) {
    this.#sources = sources;
    this.#directory = join(sources.home, 'tech-support');
  }

  /** Writes it, of mode 0600. The last five are kept. */
  async make(): Promise<TechSupportView & { contents: string[] }> {
    const at = new Date();
    const stamp = at.toISOString().replace(/[-:]|\.\d+/g, '');
    const root = `belay-tech-support-${stamp}`;
    const files = this.#redacted(await this.#gather());
    const archive = await compressed(
      tarOf(
        files.map((file) => ({ ...file, name: `${root}/${file.name}` })),
        at,
      ),
    );
    const path = this.#write(`${root}.tar.gz`, archive);
    for (const { name } of this.list().slice(KEPT_FILES)) rmSync(this.#pathOf(name), { force: true });
    return { ...this.#view(path), contents: files.map(({ name }) => name) };
  }

  /** Newest first. */
  list(): TechSupportView[] {
    return this.#directories()
      .flatMap((directory) => namesIn(directory).map((name) => this.#view(join(directory, name))))
      .sort((a, b) => b.name.localeCompare(a.name));
  }

  /** `not-found` where there is no such file. */
  read(name: string): { stream: ReadableStream; sizeBytes: number } {
    const path = this.#pathOf(name);
    return { stream: Readable.toWeb(createReadStream(path)) as ReadableStream, sizeBytes: statSync(path).size };
  }

  async #gather(): Promise<TarFile[]> {
    const { home, version, keeper, service } = this.#sources;
    const parts: Promise<TarFile[]>[] = [
      attempt('versions', () => [{ name: 'README.txt', content: README }, machineFile(version)]),
      attempt('journal', async () => [{ name: 'journal.json', content: json(await keeper.check()) }]),
      attempt('evidence', () => new EvidenceStore(home).files()),
      attempt('daemon-log', () => daemonLogFile(home)),
    ];
    if (service) {
      parts.push(
        attempt('host', async () => [await hostFile(service.world, home)]),
        attempt('record', () => journalFiles(service.world)),
        attempt('containers', async () => [await containersFile(service.world)]),
        attempt('now', () => systemFiles(service)),
      );
    }
    return (await Promise.all(parts)).flat();
  }

  /** Everything once more, with the secrets of all releases: a log may quote what another part's settings hold. */
  #redacted(files: TarFile[]): TarFile[] {
    const journal = this.#sources.service?.world.journal;
    const appliances = journal?.appliances() ?? [];
    const releases = appliances.flatMap(({ name }) => journal?.releases(name) ?? []);
    const known = new Set([
      ...knownSecrets(...releases.flatMap(({ services }) => services)),
      ...secretsOf(...appliances.map(({ policy }) => policy.hooks)),
    ]);
    return files.map(({ name, content }) => {
      const text = content.toString();
      const clean = name.endsWith('.json') ? json(redactJson(JSON.parse(text), known)) : redactText(text, known);
      return { name, content: clean };
    });
  }

  #write(name: string, archive: Buffer): string {
    try {
      return writeWhole(this.#directory, name, archive);
    } catch {
      // On a full or read-only disk it is needed most.
      this.#elsewhere ??= mkdtempSync(join(tmpdir(), 'belay-tech-support-'));
      return writeWhole(this.#elsewhere, name, archive);
    }
  }

  #directories(): string[] {
    return this.#elsewhere ? [this.#directory, this.#elsewhere] : [this.#directory];
  }

  #pathOf(name: string): string {
    const directory = NAME.test(name) && this.#directories().find((each) => namesIn(each).includes(name));
    if (directory) return join(directory, name);
    throw new BelayError('not-found', `There is no file ${name}.`, { hint: 'Make one: show tech-support' });
  }

  #view(path: string): TechSupportView {
    const { size, mtime } = statSync(path);
    return { name: path.slice(path.lastIndexOf('/') + 1), path, sizeBytes: size, createdAt: mtime.toISOString() };
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).filter((name) => NAME.test(name));
  } catch {
    return [];
  }
}

function writeWhole(directory: string, name: string, content: Buffer): string {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const unfinished = join(directory, '.unfinished');
  try {
    writeFileSync(unfinished, content, { mode: 0o600 });
    renameSync(unfinished, join(directory, name));
  } finally {
    rmSync(unfinished, { force: true });
  }
  return join(directory, name);
}
