import type { JsonObject, JsonValue } from '../domain/json.ts';
import type { ServiceEntry } from './service-schema.ts';
import type { PortEntry } from './short-forms.ts';

/** Pure: a service of the manifest in the shapes of the engine's create call, without image, mounts and networks. */
export function configOf(service: ServiceEntry, environment: Readonly<Record<string, string>>): JsonObject {
  return compact({
    Hostname: service.hostname,
    Domainname: service.domainname,
    User: service.user,
    WorkingDir: service.working_dir,
    Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    Entrypoint: emptied(service.entrypoint),
    Cmd: service.command ?? undefined,
    Labels: service.labels,
    Healthcheck: healthcheckOf(service.healthcheck),
    StopSignal: service.stop_signal,
    StopTimeout: service.stop_grace_period === undefined ? undefined : Math.ceil(service.stop_grace_period / 1000),
    ExposedPorts: Object.fromEntries(portsOf(service).map((port) => [portKey(port), {}])),
    Tty: service.tty,
    OpenStdin: service.stdin_open,
  });
}

// The create call spells "no entrypoint" as one empty word; an empty list would mean the image's.
const emptied = (entrypoint: string[] | null | undefined) =>
  entrypoint?.length === 0 ? [''] : (entrypoint ?? undefined);

export function hostConfigOf(service: ServiceEntry): JsonObject {
  return compact({
    PortBindings: portBindings(service),
    RestartPolicy: restartPolicy(service.restart),
    CapAdd: service.cap_add,
    CapDrop: service.cap_drop,
    Privileged: service.privileged,
    Devices: service.devices?.map(deviceOf),
    GroupAdd: service.group_add,
    Tmpfs: tmpfsOf(service.tmpfs),
    Mounts: tmpfsMounts(service),
    Ulimits: Object.entries(service.ulimits ?? {}).map(([Name, limit]) =>
      typeof limit === 'number' ? { Name, Soft: limit, Hard: limit } : { Name, Soft: limit.soft, Hard: limit.hard },
    ),
    Sysctls: service.sysctls as Record<string, string> | undefined,
    ExtraHosts: extraHosts(service.extra_hosts),
    Dns: service.dns,
    DnsSearch: service.dns_search,
    DnsOptions: service.dns_opt,
    ...resourcesOf(service),
    LogConfig: service.logging
      ? { Type: service.logging.driver ?? '', Config: service.logging.options ?? {} }
      : undefined,
    Init: service.init,
    ReadonlyRootfs: service.read_only,
    SecurityOpt: service.security_opt?.map((option) => option.replace(/^([a-z-]+):/, '$1=')),
    PidMode: service.pid,
    IpcMode: service.ipc,
    ShmSize: service.shm_size,
    OomScoreAdj: service.oom_score_adj,
  });
}

function resourcesOf(service: ServiceEntry): Record<string, JsonValue | undefined> {
  const { limits, reservations } = service.deploy?.resources ?? {};
  return {
    Memory: service.mem_limit ?? limits?.memory,
    MemoryReservation: service.mem_reservation ?? reservations?.memory,
    MemorySwap: service.memswap_limit,
    NanoCpus: service.cpus ?? limits?.cpus,
    CpuShares: service.cpu_shares,
    CpusetCpus: service.cpuset,
    PidsLimit: service.pids_limit ?? limits?.pids,
  };
}

/** Every port that is published or exposed. */
export function portsOf(service: ServiceEntry): PortEntry[] {
  const published = (service.ports ?? []).flatMap((entry): PortEntry[] => {
    if (Array.isArray(entry)) return entry;
    const { target, protocol = 'tcp', published: wanted = '', host_ip: hostIp = '' } = entry;
    return [{ target, protocol, published: wanted, hostIp }];
  });
  const exposed = (service.expose ?? []).flat().map((port) => ({ ...port, published: null }));
  return [...published, ...exposed];
}

const portKey = ({ target, protocol }: PortEntry): string => `${target}/${protocol}`;

function portBindings(service: ServiceEntry): JsonObject {
  const bindings: Record<string, JsonObject[]> = {};
  for (const port of portsOf(service)) {
    if (port.published === null) continue;
    bindings[portKey(port)] = [...(bindings[portKey(port)] ?? []), { HostIp: port.hostIp, HostPort: port.published }];
  }
  return bindings;
}

function restartPolicy(restart: string | undefined): JsonObject | undefined {
  if (restart === undefined) return undefined;
  const [name = 'no', retries = '0'] = restart.split(':');
  return { Name: name, MaximumRetryCount: Number(retries) };
}

function deviceOf(device: string): JsonObject {
  const [host = '', inside = host, permissions = 'rwm'] = device.split(':');
  return { PathOnHost: host, PathInContainer: inside, CgroupPermissions: permissions };
}

function tmpfsOf(entries: string[] | undefined): JsonObject {
  return Object.fromEntries(
    (entries ?? []).map((entry) => {
      const cut = entry.indexOf(':');
      return cut < 0 ? [entry, ''] : [entry.slice(0, cut), entry.slice(cut + 1)];
    }),
  );
}

function tmpfsMounts(service: ServiceEntry): JsonObject[] {
  return (service.volumes ?? []).flatMap((entry): JsonObject[] => {
    if (!('type' in entry) || entry.type !== 'tmpfs') return [];
    const options = compact({ SizeBytes: entry.tmpfs?.size, Mode: entry.tmpfs?.mode });
    const rest = compact({ ReadOnly: entry.read_only, TmpfsOptions: options });
    return [{ Type: 'tmpfs', Target: entry.target, ...rest }];
  });
}

function extraHosts(hosts: ServiceEntry['extra_hosts']): string[] {
  if (!hosts) return [];
  if (Array.isArray(hosts)) return hosts.map((entry) => entry.replace(/^([^:=]+)=/, '$1:'));
  return Object.entries(hosts).map(([name, address]) => `${name}:${address}`);
}

function healthcheckOf(check: ServiceEntry['healthcheck']): JsonObject | undefined {
  if (!check) return undefined;
  if (check.disable) return { Test: ['NONE'] };
  const test = typeof check.test === 'string' ? ['CMD-SHELL', check.test] : check.test;
  const nanoseconds = (ms: number | undefined) => (ms === undefined ? undefined : Math.round(ms * 1e6));
  return compact({
    Test: test,
    Interval: nanoseconds(check.interval),
    Timeout: nanoseconds(check.timeout),
    StartPeriod: nanoseconds(check.start_period),
    Retries: check.retries,
  });
}

/** Leaves out what was not said, and what is empty. */
function compact(values: Record<string, unknown>): JsonObject {
  const isSaid = (value: unknown) =>
    typeof value === 'object' && value !== null
      ? Object.keys(value).length > 0
      : value !== undefined && value !== false;
  return Object.fromEntries(Object.entries(values).filter(([, value]) => isSaid(value))) as JsonObject;
}
