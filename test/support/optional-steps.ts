/** Steps that are in a plan only where the manifest has hooks, nodes or service engines, or data lies in a mount point. They are cut off in the simulation. */
export const OPTIONAL_STEPS: readonly string[] = [
  'quiesce',
  'backup',
  'hand-over',
  'restore-database',
  'thaw',
  'nodes',
  'engines',
  'set-apart',
  'set-aside',
];
