import { readlink } from 'node:fs/promises';
import type { EngineApi } from './engine-api.ts';

/**
 * Where this machine sees the files of a running container as the container itself sees them; null for a
 * process of another machine, or of an engine whose containers have no mounts of their own.
 */
export async function rootPathOf(api: EngineApi, pid: number): Promise<string | null> {
  if (!api.connection.local || pid <= 0) return null;
  const [own, its] = await Promise.all(['self', String(pid)].map(mountNamespace));
  return own && its && own !== its ? `/proc/${pid}/root` : null;
}

const mountNamespace = (process: string) => readlink(`/proc/${process}/ns/mnt`).catch(() => null);
