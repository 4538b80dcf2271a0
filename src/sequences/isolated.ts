import type { JsonObject } from '../domain/json.ts';
import type { ServiceMount, ServiceSpec } from '../domain/service-spec.ts';
import type { Slot } from '../domain/slot.ts';

/** What would reach out of an isolated network, or be in the way of what serves. */
const REACHING_OUT = ['PortBindings', 'PublishAllPorts', 'Links', 'Dns', 'VolumesFrom'];

/**
 * A service as it is rehearsed: on one network of its own, under the names that the others know it by, without
 * published ports and fixed addresses, and on the clones of its data where they lie beside the originals. Pure.
 */
export function isolated(service: ServiceSpec, slot: Slot, network: string): ServiceSpec {
  const { config, hostConfig, networks } = service.settings;
  const aliases = Object.values(networks).flatMap((endpoint) => (endpoint['Aliases'] ?? []) as string[]);
  const { MacAddress: _, ...kept } = config;
  return {
    ...service,
    settings: {
      config: kept as JsonObject,
      hostConfig: {
        ...(Object.fromEntries(
          Object.entries(hostConfig).filter(([name]) => !REACHING_OUT.includes(name)),
        ) as JsonObject),
        NetworkMode: network,
      },
      networks: { [network]: { Aliases: [...new Set([service.name, service.containerName, ...aliases])] } },
    },
    mounts: service.mounts.map((mount) => onClone(mount, slot)),
  };
}

/** A bind mount's clone never comes into place: it is mounted where it lies. */
function onClone(mount: ServiceMount, { mounts }: Slot): ServiceMount {
  const own = mount.kind === 'bind' ? mounts.find(({ key }) => key === mount.slotKey) : undefined;
  if (!own?.parkedPath) return mount;
  return { ...mount, source: `${own.parkedPath}${mount.source.slice(own.path.length)}` };
}
