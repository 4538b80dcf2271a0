import type { UpgradeInput } from '../api/contract/inputs.ts';
import type { ArgumentSpec, FlagSpec } from './command.ts';
import { duration } from './kinds.ts';

/** `confirm-within 10m`, for an upgrade and for its plan. */
export const confirmWithin = {
  name: 'confirmWithin',
  kind: duration,
  help: 'How long there is to confirm',
  optional: true,
  after: { word: 'confirm-within', help: 'Go back by itself unless it is confirmed' },
} as const satisfies ArgumentSpec;

/** For an upgrade and for its plan. */
export const force = {
  name: 'force',
  flag: true,
  help: 'Also to a version that did not prove itself before',
} as const satisfies FlagSpec;

/** The request of an upgrade, as it was typed. */
export function upgradeInput(values: {
  version: string;
  confirmWithin?: string | undefined;
  force: boolean;
}): UpgradeInput {
  const { version, confirmWithin, force: isForced } = values;
  return { version, ...(confirmWithin === undefined ? {} : { confirmWithin }), ...(isForced ? { force: true } : {}) };
}
