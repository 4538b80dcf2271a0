import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { promisify } from 'node:util';
import { BelayError } from '../domain/errors.ts';
import type { HostInfo } from '../domain/ports/container-host.ts';
import type { EngineApi } from './engine-api.ts';

const run = promisify(execFile);
const FLUSH_DEADLINE_MS = 120_000;

export async function describeHost(api: EngineApi, signal?: AbortSignal): Promise<HostInfo> {
  const [version, info] = await Promise.all([api.version(signal), api.info(signal)]);
  // Docker calls its own part `Engine`; Podman and others put their name there.
  const engine = version.Components?.find(({ Name }) => / ?Engine$/.test(Name)) ?? version.Components?.[0];
  const number = engine?.Version ?? version.Version ?? 'unknown';
  const name = !engine || engine.Name === 'Engine' ? 'Docker Engine' : engine.Name;
  const rootDir = info.DockerRootDir ?? '';
  const dataReachable = api.connection.local && rootDir !== '' && (await isHere(rootDir));
  // Debian's package revision is no part of the product's name.
  const platform = { os: version.Os ?? 'linux', architecture: version.Arch ?? 'amd64' };
  return { product: `${name} ${number.replace(/\+.*$/, '')}`, version: number, rootDir, dataReachable, platform };
}

/** The engine makes its own bridge anew each time it comes up, and says when it did; without that bridge nobody knows. */
export async function engineUpSince(api: EngineApi, signal?: AbortSignal): Promise<Date | null> {
  const created = Date.parse((await api.network('bridge', signal))?.Created ?? '');
  return Number.isNaN(created) ? null : new Date(created);
}

/** Nothing to do where the engine's files are on another machine: no call of its API flushes them. */
export async function flushHost(api: EngineApi, signal?: AbortSignal): Promise<void> {
  const { rootDir, dataReachable } = await describeHost(api, signal);
  if (!dataReachable) return;
  const options = { timeout: FLUSH_DEADLINE_MS, ...(signal ? { signal } : {}) };
  await run('sync', ['-f', rootDir], options).catch((cause: unknown) => {
    throw new BelayError('engine-failed', `${rootDir} could not be flushed to disk.`, {
      hint: 'Look for disk errors: dmesg',
      cause,
    });
  });
}

const isHere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
