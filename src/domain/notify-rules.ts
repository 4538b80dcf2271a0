import type { Hook } from './hooks.ts';

/** What others can be told of: that an operation has begun, how it has ended, or that somebody tries it out. */
export const NOTICE_EVENTS = ['started', 'succeeded', 'rolled-back', 'failed', 'needs-attention', 'test'] as const;
export type NoticeEvent = (typeof NOTICE_EVENTS)[number];

/** A URL that notices are posted to. */
export interface Webhook {
  url: string;
  /** The file of the daemon's host with the secret that they are signed with; unsigned where there is none. Read anew for each. */
  secretFile: string | null;
  events: NoticeEvent[];
}

/** Who is told what. */
export interface NotifyRules {
  webhooks: Webhook[];
  /** A command of the vendor's that is told how every operation ends. */
  command: Hook | null;
}
