import type { JsonObject } from '../domain/json.ts';
import type { ContainerAnswer, EndpointAnswer } from './inspect-answers.ts';

/** Endpoint settings by network name: what was asked for, not what the engine assigned. */
export function networksOf(container: ContainerAnswer): Record<string, JsonObject> {
  const networks = Object.entries(container.NetworkSettings.Networks ?? {});
  return Object.fromEntries(networks.map(([name, endpoint]) => [name, endpointOf(container, endpoint)]));
}

function endpointOf(container: ContainerAnswer, endpoint: EndpointAnswer): JsonObject {
  const aliases = userAliases(container, endpoint);
  return {
    ...(endpoint.IPAMConfig ? { IPAMConfig: endpoint.IPAMConfig } : {}),
    ...(endpoint.Links?.length ? { Links: writtenLinks(endpoint.Links) } : {}),
    ...(aliases.length > 0 ? { Aliases: aliases } : {}),
    ...(endpoint.DriverOpts ? { DriverOpts: endpoint.DriverOpts } : {}),
    ...(endpoint.GwPriority ? { GwPriority: endpoint.GwPriority } : {}),
  };
}

// Up to engine 24 the short id and the hostname stand among the aliases; the engine adds both again by itself.
function userAliases(container: ContainerAnswer, endpoint: EndpointAnswer): string[] {
  const shortId = container.Id.slice(0, 12);
  const added = endpoint.DNSNames ? [shortId] : [shortId, container.Config.Hostname];
  return (endpoint.Aliases ?? []).filter((alias) => !added.includes(alias));
}

/** Links as they were written: inspect shows `db:sql` as `/db:/acme/sql`. */
export function writtenLinks(links: string[]): string[] {
  return links.map((link) => {
    const [target = '', alias = target] = link.split(':');
    return `${target.replace(/^\//, '')}:${alias.slice(alias.lastIndexOf('/') + 1)}`;
  });
}
