import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Client } from '../api/client/client.ts';
import { isAnswering } from '../api/client/probe.ts';
import { createUnixClient } from '../api/client/unix-client.ts';
import { programs, startBackground } from './programs.ts';

/** Who the demo acts as. */
export const USER = 'admin';

/** The shipped program with a daemon and state of its own. */
export interface Belay {
  client: Client;
  /** Runs `belay` with these words on the demo's own output (and input, if so wished). Resolves with its exit code. */
  run(words: readonly string[], input: 'inherit' | 'ignore'): Promise<number>;
}

/** Starts a daemon on the engine that `dockerHost` names, with everything of Belay's in `directory`. */
export async function openBelay(
  directory: string,
  dockerHost: string,
  belongings: AsyncDisposableStack,
  signal: AbortSignal,
): Promise<Belay> {
  const socket = join(directory, 'belay.sock');
  const env = {
    ...process.env,
    DOCKER_HOST: dockerHost,
    BELAY_HOME: join(directory, 'belay'),
    BELAY_SOCKET: socket,
    // The history of what is typed stays here as well.
    XDG_STATE_HOME: directory,
    SUDO_USER: USER,
  };
  const daemon = {
    name: 'the Belay daemon',
    args: [programs.belay, 'daemon'],
    env,
    logPath: join(directory, 'daemon.log'),
    isReady: () => isAnswering(socket),
  };
  await startBackground(daemon, belongings, signal);
  return {
    client: createUnixClient({ connect: async () => socket, user: USER, appliance: null }),
    async run(words, input) {
      signal.throwIfAborted();
      const child = spawn(process.execPath, [programs.belay, ...words], { env, stdio: [input, 'inherit', 'inherit'] });
      const end = () => child.kill('SIGTERM');
      signal.addEventListener('abort', end);
      const [exitCode, killedBy] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
      signal.removeEventListener('abort', end);
      signal.throwIfAborted();
      if (exitCode === null) throw new Error(`belay was ended by ${killedBy}.`);
      return exitCode;
    },
  };
}
