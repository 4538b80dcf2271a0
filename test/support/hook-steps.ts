/** Steps that are in a plan only where the manifest has hooks. They are cut off in the simulation. */
export const HOOK_STEPS: readonly string[] = ['quiesce', 'backup', 'hand-over', 'restore-database', 'thaw'];
