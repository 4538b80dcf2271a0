/** Steps that are in a plan only where the manifest has hooks, or service engines. They are cut off in the simulation. */
export const OPTIONAL_STEPS: readonly string[] = [
  'quiesce',
  'backup',
  'hand-over',
  'restore-database',
  'thaw',
  'engines',
];
