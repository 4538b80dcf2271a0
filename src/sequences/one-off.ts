import type { Hook } from '../domain/hooks.ts';
import type { JsonObject } from '../domain/json.ts';
import { uncoveredVolumes } from '../domain/new-volumes.ts';
import type { PinnedImage, ServiceMount, ServiceSpec } from '../domain/service-spec.ts';

/** Of a service's settings what a command beside it needs to reach what the service reaches. */
const KEPT = ['NetworkMode', 'ExtraHosts', 'Dns', 'DnsSearch', 'DnsOptions', 'Links'];

/**
 * A container for one command beside a service: on its networks, with its environment and what it shares with all
 * releases (certificates, sockets), and without its data. Pure.
 * What the image declares with VOLUME (`declared`) is empty there: an anonymous volume would stay behind.
 */
export function oneOffSpec(
  service: ServiceSpec,
  hook: Hook,
  image: PinnedImage,
  environment: Readonly<Record<string, string>>,
  declared: readonly string[],
): ServiceSpec {
  const { config, hostConfig, networks } = service.settings;
  const isOwnImage = hook.image === null;
  const [program = '', ...words] = hook.command;
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const own = isOwnImage ? pick(config, ['User', 'WorkingDir']) : {};
  const spec: ServiceSpec = {
    ...service,
    image,
    settings: {
      config: {
        ...own,
        Entrypoint: [program],
        Cmd: words,
        Env: [...((config['Env'] ?? []) as string[]), ...variables],
        Healthcheck: { Test: ['NONE'] },
      },
      hostConfig: pick(hostConfig, KEPT),
      // No fixed address and no alias: the service has them.
      networks: Object.fromEntries(Object.keys(networks).map((name) => [name, {}])),
    },
    mounts: [...(isOwnImage ? service.mounts.filter(({ slotKey }) => slotKey === null) : []), ...extraMounts(hook)],
  };
  const empty = uncoveredVolumes(spec, declared).map((Target) => ({ Type: 'tmpfs', Target }));
  if (empty.length > 0) spec.settings.hostConfig['Mounts'] = empty;
  return spec;
}

const extraMounts = ({ volumes }: Hook): ServiceMount[] =>
  volumes.map(({ source, target, readOnly }) => ({
    kind: 'bind',
    source,
    target,
    readOnly,
    slotKey: null,
    sharedBecause: 'of a hook',
    declared: { form: 'bind', options: readOnly ? 'ro' : '' },
  }));

function pick(from: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(
    names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]] as const])),
  ) as JsonObject;
}
