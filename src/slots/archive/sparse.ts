import type { ByteSource } from './byte-source.ts';
import { BLOCK_BYTES, damaged, type SparseMap } from './tar-entry.ts';

const MAX_EXTENTS = 4_000_000;

const bad = () => damaged('the map of a sparse file is not consistent');

/** Refuses a map whose parts overlap, are out of order, or do not add up to the content that follows. */
export function checkedMap(realSizeBytes: number, numbers: readonly number[], contentBytes: number): SparseMap {
  if (numbers.length % 2 !== 0 || numbers.length > 2 * MAX_EXTENTS || !Number.isSafeInteger(realSizeBytes)) throw bad();
  const extents: [number, number][] = [];
  let end = 0;
  let sum = 0;
  for (let index = 0; index < numbers.length; index += 2) {
    const [offset, length] = [numbers[index] as number, numbers[index + 1] as number];
    if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < end || length < 0) throw bad();
    end = offset + length;
    sum += length;
    // A length of 0 at the end only says how long the file is.
    if (length > 0) extents.push([offset, length]);
  }
  if (end > realSizeBytes || sum !== contentBytes || realSizeBytes < 0) throw bad();
  return { realSizeBytes, extents };
}

/** The map that GNU's format 1.0 writes before the content: decimal numbers, a line each. Returns its bytes, too. */
export async function readMap(
  source: ByteSource,
  maxBytes: number,
): Promise<{ numbers: number[]; blocks: Buffer[]; sizeBytes: number }> {
  const numbers: number[] = [];
  const blocks: Buffer[] = [];
  let expected: number | null = null;
  let rest = '';
  for (let sizeBytes = 0; ; ) {
    if (sizeBytes + BLOCK_BYTES > maxBytes) throw bad();
    const block = await source.take(BLOCK_BYTES);
    blocks.push(block);
    sizeBytes += BLOCK_BYTES;
    const lines = (rest + block.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (!/^\d{1,16}$/.test(line)) throw bad();
      if (expected === null) expected = 2 * Number(line);
      else numbers.push(Number(line));
      if (expected > 2 * MAX_EXTENTS) throw bad();
      if (numbers.length === expected) return { numbers, blocks, sizeBytes };
    }
    if (rest.length > 16) throw bad();
  }
}

/** The map as `readMap` reads it. A file that ends in a hole has a part of no length at its end. */
export function writeMap({ realSizeBytes, extents }: SparseMap): Buffer {
  const [offset, length] = extents.at(-1) ?? [0, 0];
  const all = offset + length < realSizeBytes || extents.length === 0 ? [...extents, [realSizeBytes, 0]] : extents;
  const text = `${all.length}\n${all.map(([from, size]) => `${from}\n${size}\n`).join('')}`;
  return Buffer.from(text.padEnd(Math.ceil(text.length / BLOCK_BYTES) * BLOCK_BYTES, '\0'), 'latin1');
}
