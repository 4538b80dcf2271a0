import type { EventView } from '../../api/contract/event-view.ts';
import type { OperationView, StepView } from '../../api/contract/operation-views.ts';
import { formatDuration, formatMoment } from '../format.ts';
import type { Paint } from '../paint.ts';
import { wrap } from '../width.ts';
import { paintState, stateWords, titleOf } from './operation.ts';

/** Something that happened, as one line of a list. */
export interface Happening {
  at: string;
  operation: string | null;
  what: string;
  state: OperationView['state'] | StepView['status'] | null;
}

/** What has happened in an operation so far, oldest first. */
export function happeningsOf(operation: OperationView): Happening[] {
  const { id, by, startedAt, endedAt, state } = operation;
  const steps = operation.steps.flatMap((step) => stepHappenings(step, id));
  const begun: Happening = { at: startedAt, operation: id, what: `${titleOf(operation)}, by ${by}`, state: null };
  const ended = (): Happening => ({
    at: endedAt ?? startedAt,
    operation: id,
    what: `${titleOf(operation)}: ${stateWords[state]}${operation.reason ? `. ${operation.reason}` : ''}`,
    state,
  });
  return [begun, ...steps.sort((a, b) => a.at.localeCompare(b.at)), ...(state === 'running' ? [] : [ended()])];
}

/** What became of a step, and that it was taken back, each when it was. */
function stepHappenings({ title, status, startedAt, endedAt, takenBackAt, detail }: StepView, id: string): Happening[] {
  const found: Happening[] = [];
  const isOver = status === 'done' || status === 'failed' || status === 'reverted';
  if (isOver && startedAt !== null && endedAt !== null && endedAt !== takenBackAt) {
    const took = formatDuration(Date.parse(endedAt) - Date.parse(startedAt));
    const why = status === 'failed' && detail ? `: ${detail}` : '';
    const state = status === 'failed' ? status : 'done';
    found.push({ at: endedAt, operation: id, what: `${title}: ${state}, ${took}${why}`, state });
  }
  if (takenBackAt) {
    found.push({ at: takenBackAt, operation: id, what: `${title}: taken back`, state: 'reverted' });
  }
  return found;
}

/** Every happening once, out of events that carry whole operations. */
export async function* happenings(events: AsyncIterable<EventView>, nowIso: () => string): AsyncGenerator<Happening> {
  const said = new Set<string>();
  for await (const event of events) {
    if (event.type === 'adopted') {
      yield { at: nowIso(), operation: null, what: `${event.by} adopted ${event.appliance}.`, state: null };
    } else if (event.type === 'operation') {
      for (const happening of happeningsOf(event.operation)) {
        const key = `${happening.operation} ${happening.at} ${happening.what}`;
        if (!said.has(key)) yield happening;
        said.add(key);
      }
    }
  }
}

export function happeningLines(happening: Happening, screen: { width: number; nowMs: number; paint: Paint }): string[] {
  const { width, nowMs, paint } = screen;
  const time = formatMoment(happening.at, nowMs);
  const [first = '', ...rest] = wrap(happening.what, width - time.length - 2);
  const colour = colourOf(happening.state, paint);
  const below = ' '.repeat(time.length + 2);
  return [`${paint.faint(time)}  ${colour(first)}`, ...rest.map((line) => `${below}${colour(line)}`)];
}

function colourOf(state: Happening['state'], paint: Paint): (text: string) => string {
  if (state === null) return paint.strong;
  if (state === 'done') return (text) => text;
  if (state === 'reverted') return paint.warn;
  return (text) => paintState(text, state as OperationView['state'], paint);
}
