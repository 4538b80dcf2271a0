import { join } from 'node:path';

/** Where a Belay of this user keeps its state, and where its daemon answers (DESIGN section 2). */
export interface Places {
  home: string;
  socket: string;
}

export function placesOf(env: NodeJS.ProcessEnv, uid: number, homeDirectory: string): Places {
  const isRoot = uid === 0;
  const state = env['XDG_STATE_HOME'] || join(homeDirectory, '.local/state');
  const home = env['BELAY_HOME'] || (isRoot ? '/var/lib/belay' : join(state, 'belay'));
  const runtime = env['XDG_RUNTIME_DIR'];
  const socket =
    env['BELAY_SOCKET'] ||
    (isRoot ? '/run/belay/belay.sock' : runtime ? join(runtime, 'belay.sock') : join(home, 'belay.sock'));
  return { home, socket };
}
