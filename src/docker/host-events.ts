import { BelayError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { HostEvent } from '../domain/ports/container-host.ts';
import type { EngineApi } from './engine-api.ts';
import { jsonLines } from './ndjson.ts';

/** Ends quietly when the signal aborts, and with `engine-unreachable` when the engine ends the stream. */
export async function* hostEvents(api: EngineApi, signal: AbortSignal): AsyncGenerator<HostEvent> {
  try {
    for await (const line of jsonLines(api.events(signal))) {
      const event = eventOf(line);
      if (event) yield event;
    }
  } catch (thrown) {
    if (signal.aborted) return;
    throw thrown;
  }
  if (signal.aborted) return;
  throw new BelayError('engine-unreachable', 'The Docker Engine ended its stream of events.', {
    hint: 'See whether it is alive: docker version',
  });
}

function eventOf(line: JsonObject): HostEvent | null {
  const {
    Type: type,
    Action: action = '',
    Actor: actor,
  } = line as {
    Type?: string;
    Action?: string;
    Actor?: { ID?: string; Attributes?: Record<string, string> };
  };
  if (type !== 'container' && type !== 'volume' && type !== 'image') return null;
  const id = actor?.ID ?? '';
  return { type, action, id, name: actor?.Attributes?.name ?? id };
}
