import type { Engine } from '../../src/demo/private-engine/private-engine.ts';

interface Inspected {
  Id: string;
  Image: string;
  Config: Record<string, unknown> & {
    Image: string;
    Hostname: string;
    Env: string[] | null;
    Labels: Record<string, string> | null;
  };
  HostConfig: Record<string, unknown>;
  Mounts: { Type: string; Source: string; Destination: string; RW: boolean }[];
  NetworkSettings: { Ports: unknown; Networks: Record<string, unknown> };
}

/**
 * What somebody set on a container, by `docker inspect`, so that two that were made in different ways can be
 * compared: the names of volumes are the engine's or Belay's, and so are not in it; the paths of binds are.
 */
export async function setByUser(engine: Engine, container: string): Promise<unknown> {
  const [inspected] = JSON.parse(await engine.docker(['inspect', container])) as [Inspected];
  const { Id, Image, Config, HostConfig, Mounts, NetworkSettings } = inspected;
  // How the mounts were written down: what they are is compared below.
  const { Binds: _, VolumesFrom: __, Mounts: ___, ...host } = HostConfig;
  const labels = Object.entries(Config.Labels ?? {}).filter(
    ([name]) => !/^io\.belay\.(appliance|release|service|operation)$/.test(name),
  );
  return {
    Image,
    Config: {
      ...Config,
      // The command-line client of Docker 20.10 sends several `-e` in any order.
      Env: [...(Config.Env ?? [])].sort(),
      Hostname: Id.startsWith(Config.Hostname) ? 'of its own' : Config.Hostname,
      Image: Config.Image.replace(/@sha256:.*$/, ''),
      Labels: Object.fromEntries(labels.sort()),
    },
    HostConfig: host,
    Mounts: Mounts.map(({ Type, Source, Destination, RW }) => [
      Type,
      Type === 'bind' ? Source : '',
      Destination,
      RW,
    ]).sort(),
    Ports: NetworkSettings.Ports,
    Networks: Object.keys(NetworkSettings.Networks).sort(),
  };
}
