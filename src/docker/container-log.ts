import { BelayError } from '../domain/errors.ts';
import type { LogLine } from '../domain/ports/container-host.ts';
import type { EngineApi } from './engine-api.ts';
import { statusOf } from './engine-errors.ts';
import { printableLines } from './multiplexed.ts';

const LONGEST_LINE_BYTES = 64 * 1024;
const LONGEST_FRAME_BYTES = 4 * 1024 * 1024;
const HEADER_BYTES = 8;

/**
 * The last lines of an instance's log, and with `follow` what comes after them, until the instance ends or the signal
 * aborts. None where the instance is gone or its log driver keeps nothing.
 */
export async function* readLog(
  api: EngineApi,
  id: string,
  options: { lines: number; follow: boolean },
  signal?: AbortSignal,
): AsyncGenerator<LogLine> {
  const container = await api.container(id, signal);
  if (!container) return;
  try {
    const chunks = api.logStream(id, options, signal);
    const pieces = container.Config.Tty ? ofOneChannel(chunks) : framesOf(chunks);
    for await (const line of linesOf(pieces)) yield lineOf(line);
  } catch (thrown) {
    const status = statusOf(thrown);
    if (signal?.aborted || status === 404 || status === 501 || status === 409) return;
    throw thrown;
  }
}

interface Piece {
  channel: number;
  content: Buffer;
}

async function* ofOneChannel(chunks: AsyncIterable<Buffer>): AsyncGenerator<Piece> {
  for await (const content of chunks) yield { channel: 0, content };
}

/** Takes the engine's frames out of pieces that begin and end anywhere. */
export async function* framesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Piece> {
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    held = Buffer.concat([held, chunk]);
    let at = 0;
    while (held.length - at >= HEADER_BYTES) {
      const sizeBytes = held.readUInt32BE(at + 4);
      if (sizeBytes > LONGEST_FRAME_BYTES) {
        throw new BelayError('engine-failed', "The Docker Engine's log stream makes no sense.");
      }
      if (held.length - at < HEADER_BYTES + sizeBytes) break;
      const content = held.subarray(at + HEADER_BYTES, at + HEADER_BYTES + sizeBytes);
      yield { channel: held[at] ?? 0, content };
      at += HEADER_BYTES + sizeBytes;
    }
    held = held.subarray(at);
  }
}

/** Whole lines of each channel; one without an end is given out when it grows too long, and at the end. */
async function* linesOf(pieces: AsyncIterable<Piece>): AsyncGenerator<Buffer> {
  const held = new Map<number, Buffer>();
  for await (const { channel, content } of pieces) {
    let rest = Buffer.concat([held.get(channel) ?? Buffer.alloc(0), content]);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      yield rest.subarray(0, end);
      rest = rest.subarray(end + 1);
    }
    if (rest.length > LONGEST_LINE_BYTES) {
      yield rest;
      rest = Buffer.alloc(0);
    }
    held.set(channel, rest);
  }
  for (const rest of held.values()) if (rest.length > 0) yield rest;
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?/;

function lineOf(line: Buffer): LogLine {
  const text = line.toString('utf8');
  const time = TIME.exec(text);
  const said = Buffer.from(time ? text.slice(time[0].length) : text);
  const atMs = time ? Date.parse(time[1] ?? '') : Number.NaN;
  return { at: Number.isNaN(atMs) ? null : new Date(atMs), text: printableLines(said).join(' ') };
}
