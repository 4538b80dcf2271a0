import { ACME_NOTES, acmeContainer, claimHostPort } from '../lab/seed-demo.ts';
import { writeNote } from './acme.ts';
import { untilHealthy } from './healthy.ts';
import { askEngine, callEngine } from './private-engine/engine-api.ts';

const CONTAINER_PORT = 8080;

/**
 * Runs version 1.0 of the sample appliance on a Docker Engine as plain `docker run` would, and writes the first
 * notes. Container and volume are called by `name`. Resolves with the address that it answers on.
 */
export async function runAcme(
  socketPath: string,
  repository: string,
  name: string,
  signal: AbortSignal,
): Promise<string> {
  const hostPort = await claimHostPort();
  const ports = { containerPort: CONTAINER_PORT, hostPort };
  const container = acmeContainer({ image: `${repository}:1.0`, volume: `${name}-data`, ...ports });
  await askEngine(socketPath, `/containers/create?name=${name}`, { method: 'POST', body: container });
  await askEngine(socketPath, `/containers/${name}/start`, { method: 'POST' });
  const url = `http://127.0.0.1:${hostPort}`;
  await untilHealthy(socketPath, name, signal);
  for (const note of ACME_NOTES) await writeNote(url, note, signal);
  return url;
}

/** Removes the container and everything that Belay has made of it under that appliance's name. */
export async function removeAcme(socketPath: string, name: string): Promise<void> {
  const mine = new URLSearchParams({ filters: JSON.stringify({ label: [`io.belay.appliance=${name}`] }) });
  // The first container bears no label of Belay's, but each of its names begins with this one.
  const named = new URLSearchParams({ filters: JSON.stringify({ name: [`^/${name}`] }) });
  const lists = await Promise.all(
    [mine, named].map((query) => askEngine<{ Id: string }[]>(socketPath, `/containers/json?all=1&${query}`)),
  );
  for (const id of new Set(lists.flat().map(({ Id }) => Id))) {
    await askEngine(socketPath, `/containers/${id}?force=1&v=1`, { method: 'DELETE' });
  }
  const { Volumes } = await askEngine<{ Volumes: { Name: string }[] | null }>(socketPath, `/volumes?${mine}`);
  const volumes = [...(Volumes ?? []).map(({ Name }) => Name), `${name}-data`];
  // One that was never made answers 404.
  for (const volume of volumes) await callEngine(socketPath, `/volumes/${volume}?force=1`, { method: 'DELETE' });
}
