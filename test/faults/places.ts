import type { Fault } from './fault.ts';

/** At every step of an operation that nobody has cut off before. */
export const FORWARD_ONLY: Fault['at'] = {
  upgrade: 'all',
  rollback: 'all',
  'rollback to an archive': ['unpack'],
  restore: 'all',
};

/** At every step of a recovery. */
export const IN_RECOVERY: Fault['at'] = { 'recovery of an upgrade': 'all', 'recovery of a rollback': 'all' };

/** At every step of everything. */
export const THROUGHOUT: Fault['at'] = { ...FORWARD_ONLY, ...IN_RECOVERY };
