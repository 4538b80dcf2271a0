import type { Confirmation, Deadline } from '../confirmation.ts';
import type { OperationId } from '../ids.ts';

/**
 * The part of the journal on releases that have to be confirmed. One begins with the commit of its upgrade and ends with
 * the commit of a rollback, in their transactions; at most one of an appliance is pending.
 */
export interface Confirmations {
  /** Over all appliances. */
  pending(): Confirmation[];
  pendingOf(appliance: string): Confirmation | null;
  /** Whatever became of it; null where the operation asked for none. */
  ofOperation(operation: OperationId): Confirmation | null;
  /** Measures what is left by another boot's clock. */
  move(operation: OperationId, deadline: Deadline): void;
  /** Ends it as confirmed, where it is pending. */
  confirm(operation: OperationId, by: string, at: Date): void;
}
