import type { JsonObject, JsonValue } from './json.ts';

/** What `docker update` changes on a running container, as the engine's API spells it, and its option. */
const OPTIONS: Readonly<Record<string, string>> = {
  Memory: '--memory',
  MemorySwap: '--memory-swap',
  MemoryReservation: '--memory-reservation',
  NanoCpus: '--cpus',
  CpuShares: '--cpu-shares',
  CpuPeriod: '--cpu-period',
  CpuQuota: '--cpu-quota',
  CpuRealtimePeriod: '--cpu-rt-period',
  CpuRealtimeRuntime: '--cpu-rt-runtime',
  CpusetCpus: '--cpuset-cpus',
  CpusetMems: '--cpuset-mems',
  BlkioWeight: '--blkio-weight',
  PidsLimit: '--pids-limit',
};

/** Limits of a container, by their names in the engine's API; only those that are set. */
export type Limits = Record<string, number | string>;

export interface LimitChange {
  name: string;
  /** The option of `docker update` that sets it. */
  option: string;
  /** As it is on the container; null where it is not set. */
  now: number | string | null;
  /** As the release has it; null where it is not set. */
  release: number | string | null;
}

/** The limits in a host configuration, without those that are unset. */
export function limitsOf(hostConfig: JsonObject): Limits {
  const limits: Limits = {};
  for (const name of Object.keys(OPTIONS)) {
    const value: JsonValue | undefined = hostConfig[name];
    if ((typeof value === 'number' || typeof value === 'string') && value !== 0 && value !== '') limits[name] = value;
  }
  return limits;
}

/** What differs between the limits of a container and those of its release. */
export function compareLimits(now: Limits, release: Limits): LimitChange[] {
  return Object.entries(OPTIONS).flatMap(([name, option]) => {
    const [current, wanted] = [now[name] ?? null, release[name] ?? null];
    return current === wanted ? [] : [{ name, option, now: current, release: wanted }];
  });
}
