import type { OperationId } from '../ids.ts';
import type { Delivery, Notice, NoticeTarget } from '../notice.ts';
import type { Operation, OperationState } from '../operation.ts';

/** The notices in the journal: what is there when a daemon ends is delivered by the next. */
export interface Notices {
  /** Operations whose state nobody has been told of, oldest first. */
  untold(): Operation[];
  /** That an operation's state is told, and to whom: one transaction. */
  tell(operation: OperationId, state: OperationState, notice: Notice, targets: readonly NoticeTarget[]): void;
  /** A notice that belongs to no operation. */
  add(notice: Notice, targets: readonly NoticeTarget[]): void;
  /** What is to be tried by now, or not before `beyond`; the longest waiting first. */
  due(at: Date, beyond: Date): Delivery[];
  delivered(sequenceNumber: number, at: Date): void;
  /** An attempt has failed; without `nextAt` it was the last. */
  failed(sequenceNumber: number, outcome: { error: string; at: Date; nextAt: Date | null }): void;
  /** How many there are of an appliance in each state. */
  counts(appliance: string): { state: Delivery['state']; count: number }[];
  /** Newest first. */
  deliveries(appliance: string, limit: number): Delivery[];
}
