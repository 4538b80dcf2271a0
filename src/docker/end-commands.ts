import { readFile, readlink } from 'node:fs/promises';
import type { EngineApi } from './engine-api.ts';

const MAX_PROCESSES = 1_000;

/**
 * Ends what still runs of a command that was begun in an instance by `exec`, with all that it has begun. The engine has
 * no call for that: it is done where the engine's processes are this machine's, and where they provably are the instance's.
 */
export async function endCommands(
  api: EngineApi,
  id: string,
  command: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const container = await api.container(id, signal);
  const main = container?.State.Pid ?? 0;
  if (!api.connection.local || main <= 0) return;
  for (const execId of container?.ExecIDs ?? []) {
    const found = await api.execResult(execId, signal).catch(() => null);
    if (!found?.Running || !found.Pid) continue;
    const { entrypoint = '', arguments: words } = found.ProcessConfig ?? {};
    const isIt = JSON.stringify([entrypoint, ...(words ?? [])]) === JSON.stringify(command);
    if (isIt && (await isInside(found.Pid, main))) await killTree(found.Pid);
  }
}

/** Whether a process lives in the file system of a container's own. */
async function isInside(pid: number, main: number): Promise<boolean> {
  const [own, its, containers] = await Promise.all(
    ['self', pid, main].map((process) => readlink(`/proc/${process}/ns/mnt`).catch(() => null)),
  );
  return its !== null && its === containers && its !== own;
}

async function killTree(root: number): Promise<void> {
  const found = [root];
  for (let index = 0; index < found.length && found.length < MAX_PROCESSES; index++) {
    const pid = found[index];
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
    found.push(
      ...children
        .split(' ')
        .map(Number)
        .filter((child) => child > 1),
    );
  }
  for (const pid of found) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
}
