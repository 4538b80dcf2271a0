import type { Context } from 'hono';
import { windowProblem } from '../../domain/confirmation.ts';
import { DURATION_HINT, parseDuration } from '../../domain/duration.ts';
import { BelayError } from '../../domain/errors.ts';
import type { Operation } from '../../domain/operation.ts';
import type { Appliance } from '../../domain/ports/journal.ts';
import type { Service } from './service.ts';

/** What requests name, and who makes them. */

export function applianceOf(service: Service, context: Context): Appliance {
  return service.appliance(context.req.query('appliance'));
}

/** The running operation or else the last one, also of an appliance that is only being installed. */
export function latestOperation(service: Service, context: Context): Operation | null {
  const { journal } = service.world;
  const named = context.req.query('appliance');
  const coming = named ?? (journal.appliances().length === 0 ? journal.unfinished()[0]?.appliance : undefined);
  const [installing] = coming !== undefined && !journal.appliance(coming) ? journal.operations(coming, 1) : [];
  return installing ?? journal.operations(applianceOf(service, context).name, 1)[0] ?? null;
}

export function mustOperation(service: Service, id: string): Operation {
  const operation = service.world.journal.operation(id.toUpperCase());
  if (operation) return operation;
  throw new BelayError('not-found', `There is no operation ${id}.`, {
    hint: 'See what there was: show upgrade history',
  });
}

/** In milliseconds. `invalid-input` where a text is no duration, or none at all. */
export function durationOf(text: string): number {
  const durationMs = parseDuration(text);
  if (!durationMs) throw new BelayError('invalid-input', `"${text}" is no duration.`, { hint: DURATION_HINT });
  return durationMs;
}

/** The window of `confirmWithin`, in milliseconds; undefined where none is asked for. `invalid-input` as `durationOf`. */
export function windowOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const windowMs = durationOf(text);
  const problem = windowProblem(windowMs);
  if (problem) throw new BelayError('invalid-input', problem, { hint: 'Take for example: confirm-within 10m' });
  return windowMs;
}

/**
 * Who asks, as the shell says: on a socket of mode 0600 it can only be the same user, or root. Who comes over TCP is
 * known by how it was let in, whatever it says.
 */
export function userOf(context: Context): string {
  const { user: letIn } = (context.env ?? {}) as { user?: string };
  if (letIn !== undefined) return letIn;
  const user = decoded(context.req.header('Belay-User') ?? '');
  return /^[\p{L}\p{N}_.@+-]{1,64}$/u.test(user) ? user : 'unknown';
}

// Names outside ASCII travel percent-encoded.
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return '';
  }
}
