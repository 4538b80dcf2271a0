import type { JsonObject, JsonValue } from './json.ts';
import { groupOf, type ServiceSpec } from './service-spec.ts';

export interface EngineCopy {
  spec: ServiceSpec;
  /** What a copy cannot have as its template has it, in words: `port 8080 of the host`. */
  leftOut: string[];
}

/** A further service engine like this one, with a name of its own. What only one container can have is left out. */
export function copyOfEngine(template: ServiceSpec, number: number, at: Date): EngineCopy {
  const group = groupOf(template);
  const leftOut: string[] = [];
  const { config, hostConfig, networks } = template.settings;
  const { Hostname, MacAddress, ...shared } = config;
  if (Hostname) leftOut.push(`the host name ${Hostname}`);
  if (MacAddress) leftOut.push(`the MAC address ${MacAddress}`);
  const ports = withoutFixedPorts((hostConfig['PortBindings'] ?? {}) as JsonObject, leftOut);
  const spec: ServiceSpec = {
    ...template,
    name: `${group}-${number}`,
    containerName: `${baseName(template)}-${number}`,
    settings: {
      config: numbered(shared, number),
      hostConfig: 'PortBindings' in hostConfig ? { ...hostConfig, PortBindings: ports } : hostConfig,
      networks: Object.fromEntries(
        Object.entries(networks).map(([name, endpoint]) => [name, freeEndpoint(template, name, endpoint, leftOut)]),
      ),
    },
    scaled: { group, at: at.toISOString() },
  };
  return { spec, leftOut };
}

/** What stands before the number in the container's name of a copy, or the whole name of what is none. */
export const baseName = ({ name, containerName, scaled }: ServiceSpec): string =>
  scaled ? containerName.slice(0, containerName.length - (name.length - scaled.group.length)) : containerName;

/** A port of the host that was chosen can be had once; one that the engine chooses, as often as wanted. */
function withoutFixedPorts(bindings: JsonObject, leftOut: string[]): JsonObject {
  const free: JsonObject = {};
  for (const [port, value] of Object.entries(bindings)) {
    const all = (value ?? []) as { HostPort?: string }[];
    const fixed = all.filter(({ HostPort }) => HostPort && HostPort !== '0');
    leftOut.push(...fixed.map(({ HostPort }) => `port ${HostPort} of the host`));
    const kept = all.filter((each) => !fixed.includes(each));
    if (kept.length > 0) free[port] = kept as JsonValue;
  }
  return free;
}

/** On its network without the address and the names that are the template's alone. */
function freeEndpoint(template: ServiceSpec, network: string, endpoint: JsonObject, leftOut: string[]): JsonObject {
  const { IPAMConfig, MacAddress, Aliases, ...shared } = endpoint;
  if (IPAMConfig && Object.keys(IPAMConfig as JsonObject).length > 0) leftOut.push(`the fixed address in ${network}`);
  if (MacAddress) leftOut.push(`the MAC address ${MacAddress}`);
  const own = [template.name, template.containerName];
  const aliases = ((Aliases ?? []) as string[]).filter((alias) => !own.includes(alias) || alias === groupOf(template));
  return { ...shared, ...(aliases.length > 0 ? { Aliases: aliases } : {}) };
}

const NUMBER = 'com.docker.compose.container-number';

/** Compose counts the containers of a service. */
function numbered(config: JsonObject, number: number): JsonObject {
  const labels = config['Labels'] as JsonObject | undefined;
  return labels && NUMBER in labels ? { ...config, Labels: { ...labels, [NUMBER]: `${number}` } } : config;
}
