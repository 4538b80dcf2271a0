import type { NoticeEvent } from './notify-rules.ts';
import type { OperationKind, OperationState } from './operation.ts';

/** What is told, the same for everybody. Nothing secret is in it. */
export interface Notice {
  /** Unique; repeated deliveries bear the same one. */
  id: string;
  event: NoticeEvent;
  /** ISO 8601. */
  at: string;
  appliance: string;
  /** One sentence for people. */
  text: string;
  /** Null in a test. */
  operation: {
    id: string;
    kind: OperationKind;
    state: OperationState;
    /** Versions and releases before and after. */
    from: string;
    to: string;
    fromRelease: string;
    toRelease: string;
    by: string;
    startedAt: string;
    endedAt: string | null;
    reason: string | null;
    downtimeMs: number | null;
  } | null;
}

/** `command`, or the URL of a webhook. */
export type NoticeTarget = string;
export const COMMAND_TARGET: NoticeTarget = 'command';

/** A notice on its way to somebody. */
export interface Delivery {
  sequenceNumber: number;
  target: NoticeTarget;
  notice: Notice;
  state: 'waiting' | 'delivered' | 'given-up';
  attempts: number;
  /** When it is tried again; null when it is not. */
  nextAt: Date | null;
  /** Why the last attempt failed. */
  error: string | null;
  createdAt: Date;
  endedAt: Date | null;
}
