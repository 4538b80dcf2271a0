import type { ArgumentSpec } from './command.ts';
import { duration } from './kinds.ts';

/** `confirm-within 10m`, for an upgrade and for its plan. */
export const confirmWithin = {
  name: 'confirmWithin',
  kind: duration,
  help: 'How long there is to confirm',
  optional: true,
  after: { word: 'confirm-within', help: 'Go back by itself unless it is confirmed' },
} as const satisfies ArgumentSpec;
