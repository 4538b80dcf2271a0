import type { Client } from '../../api/client/client.ts';
import type { OperationView } from '../../api/contract/operation-views.ts';
import { type ExitCode, exitCode, toFailure } from '../failure.ts';
import { pause } from './pause.ts';

/** Between two looks when the event stream is silent or gone. */
const POLL_MS = 1000;
/** How long a daemon may be away, for instance while it is restarted. */
const MAX_AWAY_MS = 60_000;

export type Sighting = { operation: OperationView; away: false } | { operation: OperationView; away: true };

/**
 * Every change of an operation until it has ended, beginning with how it is now. Survives the daemon: where
 * it goes away and comes back, the sightings say `away` in between. Rejects with the client's error when it
 * stays away for a minute, or with `interrupted` when the signal aborts.
 */
export async function* follow(client: Client, first: OperationView, signal: AbortSignal): AsyncGenerator<Sighting> {
  let latest = first;
  let awaySinceMs: number | null = null;
  const changes = watch(client, first.id, signal);
  try {
    yield { operation: latest, away: false };
    while (latest.state === 'running') {
      const seen = await changes.next(POLL_MS);
      signal.throwIfAborted();
      if (seen) {
        latest = seen;
        awaySinceMs = null;
        yield { operation: latest, away: false };
        continue;
      }
      try {
        latest = (await client.upgradeStatus(first.id, signal)) ?? latest;
        awaySinceMs = null;
        yield { operation: latest, away: false };
      } catch (thrown) {
        if (toFailure(thrown).code !== 'no-daemon') throw thrown;
        awaySinceMs ??= Date.now();
        if (Date.now() - awaySinceMs > MAX_AWAY_MS) throw thrown;
        yield { operation: latest, away: true };
      }
    }
  } finally {
    changes.stop();
  }
}

/** Listens to the event stream, again and again, for one operation; the newest view waits to be fetched. */
function watch(client: Client, id: string, signal: AbortSignal) {
  const stop = new AbortController();
  let newest: OperationView | null = null;
  let wake = (): void => {};
  const listen = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      try {
        for await (const event of client.events(AbortSignal.any([stop.signal, signal]))) {
          if (event.type !== 'operation' || event.operation.id !== id) continue;
          newest = event.operation;
          wake();
        }
      } catch {
        // Polling notices that the daemon is away, and says so.
      }
      await pause(POLL_MS, stop.signal);
    }
  };
  void listen();
  const onAbort = (): void => wake();
  signal.addEventListener('abort', onAbort);
  return {
    async next(withinMs: number): Promise<OperationView | null> {
      if (newest === null && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, withinMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      const seen = newest;
      newest = null;
      return seen;
    },
    stop(): void {
      stop.abort();
      signal.removeEventListener('abort', onAbort);
    },
  };
}

/** 0 where the operation did what was asked, 1 where it ended any other way. */
export const exitCodeOfOperation = ({ state }: OperationView): ExitCode =>
  state === 'succeeded' ? exitCode.done : exitCode.failed;
