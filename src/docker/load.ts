import { BelayError } from '../domain/errors.ts';
import type { EngineApi } from './engine-api.ts';
import { engineFull, isFull, shortened } from './engine-errors.ts';
import { jsonLines } from './ndjson.ts';

/** For the whole of it, unpacking included: the engine says nothing before. */
const DEADLINE_MS = 6 * 3_600_000;
/** For as long the engine may unpack, or not take the next piece. */
const STALL_TIMEOUT_MS = 20 * 60_000;

/** Loads images from a stream. Where the stream fails, what it failed with is what this rejects with. */
export async function loadImages(api: EngineApi, stream: AsyncIterable<Buffer>, signal: AbortSignal): Promise<void> {
  const stall = new AbortController();
  const watchdog = setTimeout(() => stall.abort(stalled()), STALL_TIMEOUT_MS);
  let broken: unknown = null;
  const watched = async function* () {
    try {
      for await (const chunk of stream) {
        watchdog.refresh();
        yield chunk;
      }
    } catch (thrown) {
      broken = thrown;
      throw thrown;
    }
  };
  try {
    for await (const line of jsonLines(
      api.loadImages(watched(), DEADLINE_MS, AbortSignal.any([signal, stall.signal])),
    )) {
      if (typeof line.error === 'string') throw refused(line.error);
    }
  } catch (thrown) {
    throw broken ?? thrown;
  } finally {
    clearTimeout(watchdog);
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
