import { createHash } from 'node:crypto';
import { Seal } from './checksums.ts';
import { EntryRules, type RuleOptions } from './entry-rules.ts';
import { type ArchiveManifest, CHECKSUMS, MANIFEST, MAX_MANIFEST_BYTES, readManifest, SEAL } from './manifest.ts';
import { damaged, printableName, type TarEntry, unwanted } from './tar-entry.ts';
import { readTar, type TarMember } from './tar-reader.ts';

const MAX_SEAL_BYTES = 4096;
const BUNDLE = 'Nothing has been changed. Images come in with: import bundle FILE';

/** A member that holds data. What its `content` does not yield is read over. */
export interface DataMember {
  /** `data/1`, or '' in a plain tarball. */
  directory: string;
  /** With names below that directory. */
  entry: TarEntry;
  content: AsyncIterable<Buffer>;
}

export interface ArchiveContents {
  /** Null for a plain tarball. */
  manifest: ArchiveManifest | null;
  dataBytes: number;
  files: number;
}

export interface ArchiveVisitor {
  /** The manifest comes first. */
  onManifest?: (manifest: ArchiveManifest) => void;
  onMember: (member: DataMember) => Promise<void>;
}

/** What has been read of an archive so far. */
class Reading {
  readonly seal = new Seal();
  readonly sums: Buffer[] = [];
  manifest: ArchiveManifest | null = null;
  dataBytes = 0;
  files = 0;
  isSealed = false;
}

/**
 * Reads a whole archive, judging every member before it is handed on. One of Belay's own ends with the sums
 * of its files and a seal over everything, which is checked at the end: only when this resolves is what was
 * handed on what had been archived.
 */
export async function readArchive(
  chunks: AsyncIterable<Uint8Array>,
  options: RuleOptions,
  visitor: ArchiveVisitor,
): Promise<ArchiveContents> {
  const rules = new EntryRules(options);
  const reading = new Reading();
  let isFirst = true;
  let isOwn = false;
  for await (const member of readTar(chunks)) {
    const entry = rules.admit(member.entry);
    if (isFirst) isOwn = entry.name === MANIFEST;
    isFirst = false;
    if (isOwn) await readOwnMember(reading, { ...member, entry }, visitor);
    else await readPlainMember(reading, { ...member, entry }, visitor);
  }
  if (isFirst) throw damaged('it is empty');
  if (isOwn && !reading.isSealed) throw damaged('its seal is missing');
  const { manifest, dataBytes, files } = reading;
  return { manifest, dataBytes, files };
}

async function readPlainMember(reading: Reading, member: TarMember, visitor: ArchiveVisitor): Promise<void> {
  if (member.entry.name === 'belay/bundle.json') throw unwanted('it is a bundle of images', BUNDLE);
  if (member.entry.name.startsWith('belay/')) throw damaged('its manifest does not come first');
  count(reading, member.entry);
  await visitor.onMember({ directory: '', entry: member.entry, content: member.content });
}

function count(reading: Reading, entry: TarEntry): void {
  if (entry.kind !== 'directory') reading.files++;
  reading.dataBytes += entry.sizeBytes;
}

async function readOwnMember(reading: Reading, member: TarMember, visitor: ArchiveVisitor): Promise<void> {
  const { entry, header } = member;
  if (reading.isSealed) throw damaged('something follows its seal');
  if (entry.name === SEAL) return checkSeal(reading, member);
  const sum = entry.kind === 'file' ? createHash('sha256') : null;
  const content = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of member.content) {
      sum?.update(chunk);
      yield chunk;
    }
  };
  const whole = content();
  if (entry.name === MANIFEST) {
    reading.manifest = readManifest(await textOf(whole, entry, MAX_MANIFEST_BYTES));
    visitor.onManifest?.(reading.manifest);
  } else if (entry.name === CHECKSUMS) {
    await checkSums(reading, whole);
  } else if (isFrame(entry)) {
    // `data` itself and `belay` itself say nothing.
  } else {
    const below = belowMount(reading.manifest as ArchiveManifest, entry);
    count(reading, entry);
    await visitor.onMember({ ...below, content: whole });
  }
  for await (const _ of whole) {
    // What nobody wanted is read over, and its sum is taken all the same.
  }
  const digest = sum?.digest() ?? null;
  reading.seal.add(header, digest?.toString('hex') ?? null);
  if (digest && entry.name !== CHECKSUMS) reading.sums.push(digest);
}

const isFrame = ({ name, kind }: TarEntry): boolean => kind === 'directory' && (name === 'data' || name === 'belay');

/** Which mount a member belongs to, with the names that it has there. */
function belowMount(manifest: ArchiveManifest, entry: TarEntry): { directory: string; entry: TarEntry } {
  const directory = entry.name.split('/').slice(0, 2).join('/');
  const shown = printableName(entry.name);
  const mount = manifest.mounts.find((each) => each.directory === directory);
  if (!mount) throw unwanted(`${shown} is in it, which its manifest does not know`);
  if (entry.name === directory && entry.kind !== mount.type) throw unwanted(`${shown} is a ${entry.kind}`);
  const inside = (name: string) => name.slice(directory.length + 1);
  if (entry.kind !== 'hard link') return { directory, entry: { ...entry, name: inside(entry.name) } };
  if (!entry.linkName.startsWith(`${directory}/`)) throw unwanted(`${shown} is a hard link to another mount`);
  return { directory, entry: { ...entry, name: inside(entry.name), linkName: inside(entry.linkName) } };
}

async function textOf(
  content: AsyncIterable<Buffer>,
  { name, sizeBytes }: TarEntry,
  maxBytes: number,
): Promise<string> {
  if (sizeBytes > maxBytes) throw unwanted(`${name} is too large`);
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

/** Holds every file's sum against the list, in its order. Names the first file that differs or is missing. */
async function checkSums(reading: Reading, content: AsyncIterable<Buffer>): Promise<void> {
  let position = 0;
  let rest = '';
  const check = (line: string) => {
    const [, sum, name] = /^(?:# sparse )?\\?([0-9a-f]{64}) {2}(.*)$/.exec(line) ?? [];
    if (sum === undefined || name === undefined) throw damaged('its list of sums cannot be read');
    const found = reading.sums[position++];
    if (found === undefined) throw damaged(`${printableName(name)} is missing`);
    if (found.toString('hex') !== sum) throw damaged(`${printableName(name)} is not what was archived`);
  };
  for await (const chunk of content) {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > 64 << 10) throw damaged('its list of sums cannot be read');
    lines.forEach(check);
  }
  if (rest !== '') throw damaged('its list of sums cannot be read');
  if (position < reading.sums.length) throw damaged('it has a file that its list of sums does not have');
}

async function checkSeal(reading: Reading, { entry, content }: TarMember): Promise<void> {
  const text = await textOf(content, entry, MAX_SEAL_BYTES);
  let sealed: { sha256?: unknown } = {};
  try {
    sealed = JSON.parse(text);
  } catch {
    throw damaged('its seal cannot be read');
  }
  if (sealed?.sha256 !== reading.seal.value()) throw damaged('what it says of its files is not what was archived');
  reading.isSealed = true;
}
