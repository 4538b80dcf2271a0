import { homedir } from 'node:os';
import { join } from 'node:path';

/** In `$XDG_STATE_HOME/belay`, else `~/.local/state/belay`: what is the person's, and not the daemon's. */
export function statePath(environment: NodeJS.ProcessEnv, name: string): string {
  const state = environment['XDG_STATE_HOME'] || join(environment['HOME'] || homedir(), '.local', 'state');
  return join(state, 'belay', name);
}
