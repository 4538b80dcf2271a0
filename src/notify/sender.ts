import type { Notice, NoticeTarget } from '../domain/notice.ts';
import type { Appliance } from '../domain/ports/journal.ts';

/** Null where it has arrived. */
export type SendFailure = {
  /** Why it has not, in a few words. */
  error: string;
  /** Whether trying again is pointless. */
  isFinal: boolean;
} | null;

/** Tells one of an appliance's targets. Rejects only when the signal aborts. */
export type Send = (
  appliance: Appliance,
  target: NoticeTarget,
  notice: Notice,
  signal: AbortSignal,
) => Promise<SendFailure>;

/** A target that the manifest does not name any more. */
export const NOT_NAMED: SendFailure = { error: 'the manifest does not name it any more', isFinal: true };
