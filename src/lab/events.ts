import { type Filters, matchesLabels } from './filters.ts';

export interface LabEvent {
  status?: string;
  id?: string;
  from?: string;
  Type: string;
  Action: string;
  Actor: { ID: string; Attributes: Record<string, string> };
  scope: 'local';
  time: number;
  timeNano: number;
}

const REMEMBERED = 256;

/** What happened, to whoever listens now, and the last of it to whoever asks since when. */
export class Events {
  readonly #recent: LabEvent[] = [];
  readonly #listeners = new Set<(event: LabEvent) => void>();

  emit(type: string, action: string, id: string, attributes: Record<string, string>): void {
    const nowMs = Date.now();
    const event: LabEvent = {
      // Only containers and images still bear the fields of the API's first years.
      ...(type === 'container' || type === 'image' ? { status: action, id } : {}),
      ...(type === 'container' ? { from: attributes['image'] ?? '' } : {}),
      Type: type,
      Action: action,
      Actor: { ID: id, Attributes: attributes },
      scope: 'local',
      time: Math.floor(nowMs / 1000),
      timeNano: nowMs * 1_000_000,
    };
    this.#recent.push(event);
    if (this.#recent.length > REMEMBERED) this.#recent.shift();
    for (const listener of this.#listeners) listener(event);
  }

  /** Events since then, in seconds since 1970, oldest first. */
  since(seconds: number): LabEvent[] {
    return this.#recent.filter((event) => event.timeNano >= seconds * 1e9);
  }

  /** Returns what ends it. */
  listen(listener: (event: LabEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export const EVENT_FILTERS = ['type', 'event', 'container', 'image', 'volume', 'network', 'label', 'scope'] as const;

export function matchesEvent(filters: Filters, event: LabEvent): boolean {
  const { ID, Attributes } = event.Actor;
  const named = (kind: string): boolean => {
    const wanted = filters[kind];
    if (!wanted) return true;
    return event.Type === kind && wanted.some((term) => ID.startsWith(term) || Attributes['name'] === term);
  };
  const types = filters['type'] ?? [event.Type];
  const actions = filters['event'] ?? [event.Action];
  return (
    types.includes(event.Type) &&
    // `exec_create: sh -c true` is found as `exec_create`, too.
    (actions.includes(event.Action) || actions.includes(event.Action.split(':')[0] ?? '')) &&
    ['container', 'image', 'volume', 'network'].every(named) &&
    matchesLabels(filters['label'], Attributes)
  );
}
