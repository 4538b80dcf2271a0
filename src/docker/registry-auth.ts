import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { splitRepository } from '../domain/image-reference.ts';
import type { JsonObject } from '../domain/json.ts';

const DOCKER_HUB_KEY = 'https://index.docker.io/v1/';

export interface Credentials {
  username: string;
  password: string;
}

/**
 * What `docker login` stored for a repository's registry; null where it stored nothing, or stored it in
 * a credential helper, which Belay does not run.
 */
export async function credentialsFor(repository: string): Promise<Credentials | null> {
  const { host } = splitRepository(repository);
  const keys = host === null ? [DOCKER_HUB_KEY, 'docker.io'] : [host, `https://${host}`, `http://${host}`];
  const auths = await storedAuths();
  const auth = keys.map((key) => auths[key]?.auth).find((value) => typeof value === 'string');
  if (!auth) return null;
  const text = Buffer.from(auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon > 0 ? { username: text.slice(0, colon), password: text.slice(colon + 1) } : null;
}

/** The same as the engine wants it in X-Registry-Auth. */
export async function engineAuthFor(repository: string): Promise<JsonObject | null> {
  const credentials = await credentialsFor(repository);
  if (!credentials) return null;
  return { ...credentials, serveraddress: splitRepository(repository).host ?? DOCKER_HUB_KEY };
}

async function storedAuths(): Promise<Record<string, { auth?: unknown } | undefined>> {
  const directory = process.env.DOCKER_CONFIG || join(homedir(), '.docker');
  try {
    const config: unknown = JSON.parse(await readFile(join(directory, 'config.json'), 'utf8'));
    return (config as { auths?: Record<string, { auth?: unknown }> }).auths ?? {};
  } catch {
    // No file, or one that Docker itself could not read either: nobody has logged in.
    return {};
  }
}
