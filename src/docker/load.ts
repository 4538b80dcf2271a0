import { BelayError } from '../domain/errors.ts';
import type { EngineApi } from './engine-api.ts';
import { engineFull, isFull, shortened } from './engine-errors.ts';
import { jsonLines } from './ndjson.ts';
import { watchForStall } from './stall-watch.ts';

/** For the whole of it, unpacking included: the engine says nothing before. */
const DEADLINE_MS = 6 * 3_600_000;
/** For as long the engine may unpack, or not take the next piece. */
const STALL_TIMEOUT_MS = 20 * 60_000;

/** Loads images from a stream. Where the stream fails, what it failed with is what this rejects with. */
export async function loadImages(api: EngineApi, stream: AsyncIterable<Buffer>, signal: AbortSignal): Promise<void> {
  using watch = watchForStall(STALL_TIMEOUT_MS, stalled, signal);
  let broken: unknown = null;
  const watched = async function* () {
    try {
      for await (const chunk of stream) {
        watch.moved();
        yield chunk;
      }
    } catch (thrown) {
      broken = thrown;
      throw thrown;
    }
  };
  try {
    for await (const line of jsonLines(api.loadImages(watched(), DEADLINE_MS, watch.signal))) {
      if (typeof line.error === 'string') throw refused(line.error);
    }
  } catch (thrown) {
    throw broken ?? thrown;
  }
}

const refused = (engine: string): BelayError =>
  isFull(engine)
    ? engineFull({ engine })
    : new BelayError('engine-failed', `The Docker Engine does not take the images: ${shortened(engine)}`, {
        details: { engine },
      });

const stalled = (): BelayError =>
  new BelayError(
    'engine-unreachable',
    `The Docker Engine has not gone on loading for ${STALL_TIMEOUT_MS / 60_000} min.`,
    {
      hint: 'See whether it is alive: docker version',
    },
  );
