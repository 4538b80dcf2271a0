import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { askEngine } from '../../src/demo/private-engine/engine-api.ts';
import type { Engine } from '../../src/demo/private-engine/private-engine.ts';

/*
 * What the engine says, asked over its API: the command line takes a tenth of a second of a processor for each
 * question, and the promise is judged very often.
 */

export interface SeenContainer {
  Id: string;
  Names: string[];
  State: string;
  Labels: { [name: string]: string };
}

export interface InspectedContainer {
  Id: string;
  Image: string;
  State: { Running: boolean; Pid: number };
  Config: { Env: string[]; Labels: { [name: string]: string } };
  HostConfig: { RestartPolicy: { Name: string }; PortBindings: unknown; Memory: number };
  Mounts: { Type: string; Name?: string; Source: string; Destination: string }[];
  GraphDriver: { Data?: { MergedDir?: string } | null };
}

export const allContainers = ({ socketPath }: Engine): Promise<SeenContainer[]> =>
  askEngine(socketPath, '/containers/json?all=1');

/** `acme`, without the slash. */
export const nameOf = ({ Names: [name = ''] }: SeenContainer): string => name.slice(1);

export const inspectContainer = ({ socketPath }: Engine, idOrName: string): Promise<InspectedContainer> =>
  askEngine(socketPath, `/containers/${idOrName}/json`);

/** The names under which an image is known in registries; none where it is not here. */
export async function digestsOf({ socketPath }: Engine, image: string): Promise<string[]> {
  const found = await askEngine<{ RepoDigests?: string[] }>(socketPath, `/images/${image}/json`).catch(() => null);
  return found?.RepoDigests ?? [];
}

export async function volumesLabelled({ socketPath }: Engine, label: string): Promise<string[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [label] }));
  const { Volumes } = await askEngine<{ Volumes: { Name: string }[] | null }>(
    socketPath,
    `/volumes?filters=${filters}`,
  );
  return (Volumes ?? []).map(({ Name }) => Name);
}

/** Files as the container itself sees them, whatever has become of them on this machine. */
export async function filesInside(engine: Engine, container: string, paths: string[]): Promise<string[]> {
  const { State } = await inspectContainer(engine, container);
  if (!State.Running) throw new Error(`${container} does not run`);
  return Promise.all(paths.map((path) => readFile(join(`/proc/${State.Pid}/root`, path), 'utf8')));
}
