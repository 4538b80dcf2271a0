import type { OperationView } from './operation-views.ts';
import type { SystemView } from './system-views.ts';

/** The state of the system while an operation runs; an installation has none, because there is nothing yet. */
export const DOING = {
  upgrade: 'upgrading',
  rollback: 'rolling-back',
  restore: 'restoring',
  repair: 'repairing',
  move: 'moving',
  rehearsal: 'rehearsing',
  promotion: 'promoting',
  change: 'changing',
  'legacy-rollback': 'rolling-back',
} as const satisfies Record<Exclude<OperationView['kind'], 'install'>, SystemView['state']>;

/** What each kind of operation is called, at the prompt and in the console. */
export const NOUNS: Record<OperationView['kind'], string> = {
  upgrade: 'Upgrade',
  rollback: 'Rollback',
  restore: 'Restore',
  repair: 'Repair',
  install: 'Installation',
  move: 'Move of the data',
  rehearsal: 'Rehearsal',
  promotion: 'Promotion',
  change: 'Change',
  'legacy-rollback': 'Legacy rollback',
};
