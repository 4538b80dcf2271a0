import { StringDecoder } from 'node:string_decoder';
import type { Disk } from './disk.ts';

export type LogStream = 'stdout' | 'stderr';

/** One line in the file, in the shape of the engine's json-file driver. */
export interface LogEntry {
  log: string;
  stream: LogStream;
  time: string;
}

export interface LogQuery {
  streams: ReadonlySet<LogStream>;
  /** How many of the last lines; all, where it is null. */
  tail: number | null;
  sinceMs: number;
  untilMs: number;
}

const LONGEST_LINE = 16 * 1024;

/** The output of one container, in its file and for those who follow it. */
export class ContainerLog {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #partial: Record<LogStream, string> = { stdout: '', stderr: '' };
  readonly #decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };
  readonly #followers = new Set<(entry: LogEntry) => void>();

  constructor(disk: Disk, path: string) {
    this.#disk = disk;
    this.#path = path;
  }

  append(stream: LogStream, chunk: Buffer): void {
    const lines = (this.#partial[stream] + this.#decoders[stream].write(chunk)).split(/(?<=\n)/);
    const last = lines.at(-1) ?? '';
    this.#partial[stream] = last.endsWith('\n') || last.length > LONGEST_LINE ? '' : (lines.pop() ?? '');
    this.#write(stream, lines);
  }

  /** Writes what has come without a line's end. */
  flush(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      const rest = this.#partial[stream] + this.#decoders[stream].end();
      this.#partial[stream] = '';
      if (rest !== '') this.#write(stream, [rest]);
    }
  }

  read(query: LogQuery): LogEntry[] {
    const text = this.#disk.read(this.#path) ?? '';
    const entries = text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as LogEntry]));
    const wanted = entries.filter((entry) => matchesLog(query, entry));
    return query.tail === null ? wanted : query.tail === 0 ? [] : wanted.slice(-query.tail);
  }

  /** Returns what ends it. */
  follow(onEntry: (entry: LogEntry) => void): () => void {
    this.#followers.add(onEntry);
    return () => this.#followers.delete(onEntry);
  }

  #write(stream: LogStream, lines: string[]): void {
    if (lines.length === 0) return;
    const time = new Date().toISOString();
    const entries = lines.map((log): LogEntry => ({ log, stream, time }));
    this.#disk.append(this.#path, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    for (const entry of entries) for (const follower of this.#followers) follower(entry);
  }
}

export function matchesLog({ streams, sinceMs, untilMs }: Omit<LogQuery, 'tail'>, entry: LogEntry): boolean {
  const timeMs = Date.parse(entry.time);
  return streams.has(entry.stream) && timeMs >= sinceMs && timeMs <= untilMs;
}

/** Docker's eight bytes in front of each piece: which stream, and how long. */
export function frame(stream: LogStream, content: Buffer | string): Buffer {
  const body = Buffer.from(content as string);
  const header = Buffer.alloc(8);
  header[0] = stream === 'stdout' ? 1 : 2;
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}
