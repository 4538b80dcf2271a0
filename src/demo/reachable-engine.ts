import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { askEngine, callEngine } from './private-engine/engine-api.ts';

const DEADLINE_MS = 2_000;
const USUAL_ADDRESS = 'unix:///var/run/docker.sock';

interface EngineInfo {
  OSType: string;
  ServerVersion: string;
}

/** A Docker Engine whose data can be cloned from here. */
export interface ReachableEngine {
  socketPath: string;
  /** `Docker Engine 20.10.24` */
  product: string;
  /** A name that nothing on the engine has: `acme-3f9a0c`. */
  name: string;
}

/**
 * The Docker Engine that `DOCKER_HOST` names, or that is at the usual place. A problem, to stand after "because",
 * where none answers within two seconds or where what is in its volumes cannot be written from here.
 */
export async function findEngine(
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<ReachableEngine | { problem: string }> {
  const address = environment['DOCKER_HOST'] || USUAL_ADDRESS;
  if (!address.startsWith('unix://')) return { problem: `the data of the engine at ${address} is not on this machine` };
  const socketPath = address.slice('unix://'.length);
  const ping = await callEngine(socketPath, '/_ping', { timeoutMs: DEADLINE_MS }).catch((error: Error) => error);
  signal.throwIfAborted();
  if ('code' in ping && ping.code === 'EACCES') return { problem: `this user may not talk to ${address}` };
  if (!('status' in ping) || ping.status !== 200) return { problem: `no Docker Engine answers at ${address}` };
  const { OSType, ServerVersion } = await askEngine<EngineInfo>(socketPath, '/info');
  if (OSType !== 'linux') return { problem: `the engine at ${address} runs on ${OSType}` };
  const name = `acme-${randomBytes(3).toString('hex')}`;
  if (await canWriteVolume(socketPath, `${name}-probe`)) {
    return { socketPath, product: `Docker Engine ${ServerVersion.replace(/\+.*$/, '')}`, name };
  }
  return { problem: `the volumes of the engine at ${address} cannot be reached by this user on this machine` };
}

/** The only sure sign: a path that is on this machine, too, may belong to another engine. */
async function canWriteVolume(socketPath: string, name: string): Promise<boolean> {
  const { Mountpoint } = await askEngine<{ Mountpoint: string }>(socketPath, '/volumes/create', {
    method: 'POST',
    body: { Name: name },
  });
  try {
    return await access(Mountpoint, constants.R_OK | constants.W_OK).then(
      () => true,
      () => false,
    );
  } finally {
    await askEngine(socketPath, `/volumes/${name}`, { method: 'DELETE' });
  }
}
