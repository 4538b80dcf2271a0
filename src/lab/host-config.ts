import { asObject, asText, type JsonObject } from './json.ts';
import { LabError } from './lab-error.ts';

const MASKED_PATHS = ['asound', 'acpi', 'kcore', 'keys', 'latency_stats', 'timer_list', 'timer_stats', 'sched_debug'];
const READ_ONLY_PATHS = ['bus', 'fs', 'irq', 'sys', 'sysrq-trigger'];

/** What the engine's inspect shows of a HostConfig in which nothing was set. */
const DEFAULTS: JsonObject = {
  Binds: null,
  ContainerIDFile: '',
  LogConfig: { Type: 'json-file', Config: {} },
  NetworkMode: 'default',
  PortBindings: {},
  RestartPolicy: { Name: '', MaximumRetryCount: 0 },
  AutoRemove: false,
  VolumeDriver: '',
  VolumesFrom: null,
  CapAdd: null,
  CapDrop: null,
  CgroupnsMode: 'host',
  Dns: null,
  DnsOptions: null,
  DnsSearch: null,
  ExtraHosts: null,
  GroupAdd: null,
  IpcMode: 'private',
  Cgroup: '',
  Links: null,
  OomScoreAdj: 0,
  PidMode: '',
  Privileged: false,
  PublishAllPorts: false,
  ReadonlyRootfs: false,
  SecurityOpt: null,
  UTSMode: '',
  UsernsMode: '',
  ShmSize: 67108864,
  Runtime: 'runc',
  ConsoleSize: [0, 0],
  Isolation: '',
  CpuShares: 0,
  Memory: 0,
  NanoCpus: 0,
  CgroupParent: '',
  BlkioWeight: 0,
  BlkioWeightDevice: null,
  BlkioDeviceReadBps: null,
  BlkioDeviceWriteBps: null,
  BlkioDeviceReadIOps: null,
  BlkioDeviceWriteIOps: null,
  CpuPeriod: 0,
  CpuQuota: 0,
  CpuRealtimePeriod: 0,
  CpuRealtimeRuntime: 0,
  CpusetCpus: '',
  CpusetMems: '',
  Devices: null,
  DeviceCgroupRules: null,
  DeviceRequests: null,
  KernelMemory: 0,
  KernelMemoryTCP: 0,
  MemoryReservation: 0,
  MemorySwap: 0,
  MemorySwappiness: null,
  OomKillDisable: false,
  PidsLimit: null,
  Ulimits: null,
  CpuCount: 0,
  CpuPercent: 0,
  IOMaximumIOps: 0,
  IOMaximumBandwidth: 0,
  MaskedPaths: [...MASKED_PATHS.map((name) => `/proc/${name}`), '/sys/firmware'],
  ReadonlyPaths: READ_ONLY_PATHS.map((name) => `/proc/${name}`),
};

const LIMITS = [
  'BlkioWeight',
  'CpuPeriod',
  'CpuQuota',
  'CpuRealtimePeriod',
  'CpuRealtimeRuntime',
  'CpuShares',
  'CpusetCpus',
  'CpusetMems',
  'KernelMemory',
  'Memory',
  'MemoryReservation',
  'MemorySwap',
  'NanoCpus',
  'PidsLimit',
];
const POLICIES = ['', 'no', 'always', 'unless-stopped', 'on-failure'];

function checkPolicy(value: unknown): void {
  const { Name, MaximumRetryCount } = asObject(value);
  const name = asText(Name);
  if (!POLICIES.includes(name)) throw new LabError(400, `invalid restart policy '${name}'`);
  if (name !== 'on-failure' && Number(MaximumRetryCount ?? 0) !== 0) {
    throw new LabError(400, `maximum retry count cannot be used with restart policy '${name}'`);
  }
}

/** The user's HostConfig whole, with the engine's defaults where nothing was set. 400 on a wrong restart policy. */
export function completeHostConfig(user: JsonObject): JsonObject {
  const set = Object.fromEntries(Object.entries(user).filter(([, value]) => value !== null && value !== ''));
  const policy = { Name: '', MaximumRetryCount: 0, ...asObject(user['RestartPolicy']) };
  checkPolicy(policy);
  const memory = Number(set['Memory'] ?? 0);
  // As much swap again as memory, where the user has limited the memory only.
  const swap = memory > 0 && !set['MemorySwap'] ? { MemorySwap: 2 * memory } : {};
  return { ...DEFAULTS, ...set, ...swap, RestartPolicy: policy };
}

/** The HostConfig after an update call: restart policy and limits, and nothing else, can be changed. */
export function updateHostConfig(current: JsonObject, update: JsonObject): JsonObject {
  const changed = { ...current };
  for (const limit of LIMITS) {
    const value = update[limit];
    if (value !== undefined && value !== null && value !== 0 && value !== '') changed[limit] = value;
  }
  const policy = asObject(update['RestartPolicy']);
  if (asText(policy['Name']) !== '') {
    checkPolicy(policy);
    changed['RestartPolicy'] = { MaximumRetryCount: 0, ...policy };
  }
  return changed;
}

export function restartPolicyOf(hostConfig: JsonObject): { name: string; maximumRetryCount: number } {
  const policy = asObject(hostConfig['RestartPolicy']);
  return { name: asText(policy['Name']) || 'no', maximumRetryCount: Number(policy['MaximumRetryCount'] ?? 0) };
}
