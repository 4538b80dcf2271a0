import { BelayError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';

const LINE_LIMIT_BYTES = 4 * 1024 * 1024;

/** One object per line. A last line that is cut off is an error, not the end: nothing else tells of a broken stream. */
export async function* jsonLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<JsonObject> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      const line = Buffer.concat([rest, chunk.subarray(from, end)]);
      rest = Buffer.alloc(0);
      from = end + 1;
      if (line.toString('utf8').trim() !== '') yield parsed(line);
    }
    rest = Buffer.concat([rest, chunk.subarray(from)]);
    if (rest.length > LINE_LIMIT_BYTES) throw broken();
  }
  if (rest.toString('utf8').trim() !== '') yield parsed(rest);
}

function parsed(line: Buffer): JsonObject {
  try {
    const value: unknown = JSON.parse(line.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch {
    // The same failure as a line that is JSON, but no object.
  }
  throw broken();
}

const broken = () =>
  new BelayError('engine-unreachable', 'The Docker Engine broke off in the middle of its answer.', {
    hint: 'See whether it is alive: docker version',
  });
