import { z } from 'zod';
import * as field from './fields.ts';
import { exposedPort, publishedPort, shortPort, shortVolume } from './short-forms.ts';

/** What is understood of a service in the Compose file format. Every key has an effect; any other is an error. */

const longPort = z.strictObject({
  target: field.count(1, 65_535),
  published: publishedPort.optional(),
  host_ip: field.text.optional(),
  protocol: field.oneOf(['tcp', 'udp', 'sctp']).optional(),
  mode: field.oneOf(['host', 'ingress']).optional().describe('On one engine both mean the same.'),
});

const longVolume = z.strictObject({
  type: field.oneOf(['bind', 'volume', 'tmpfs']),
  source: field.filled.optional(),
  target: field.containerPath,
  read_only: field.flag.optional(),
  bind: z
    .strictObject({
      propagation: field.oneOf(['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave']).optional(),
      create_host_path: field.oneOf(['false']).optional().describe('The directory has to be there.'),
    })
    .optional(),
  volume: z.strictObject({ nocopy: field.flag.optional() }).optional(),
  tmpfs: z.strictObject({ size: field.size.optional(), mode: field.count().optional() }).optional(),
});

const healthcheck = z.strictObject({
  test: z.union([field.filled, field.healthTest]).optional(),
  interval: field.duration.optional(),
  timeout: field.duration.optional(),
  start_period: field.duration.optional(),
  retries: field.count().optional(),
  disable: field.flag.optional(),
});

const endpoint = z.strictObject({
  aliases: z.array(field.filled).optional(),
  ipv4_address: field.filled.optional(),
  ipv6_address: field.filled.optional(),
  link_local_ips: z.array(field.filled).optional(),
});

const dependency = z.strictObject({
  condition: field.oneOf(['service_started', 'service_healthy']).optional(),
  required: field.oneOf(['true']).optional().describe('A dependency always has to be there.'),
  restart: field.oneOf(['false']).optional().describe('No service is restarted because of another one.'),
});

const envFile = z.union([field.filled, z.strictObject({ path: field.filled, required: field.flag.optional() })]);

const limits = z.strictObject({
  cpus: field.cpus.optional(),
  memory: field.size.optional(),
  pids: field.count(-1).optional(),
});

export const service = z.strictObject({
  image: field.imageReference.describe(
    "The image. The tag of the controller's image is the appliance's version; in other images the tag $VERSION follows it.",
  ),
  container_name: field.serviceName.optional(),
  command: field.command.nullable().optional(),
  entrypoint: field.command.nullable().optional(),
  environment: field.pairs.optional(),
  env_file: z
    .union([field.filled, z.array(envFile)])
    .optional()
    .describe('Beside the manifest or below it.'),
  ports: z.array(z.union([shortPort, longPort])).optional(),
  expose: z.array(exposedPort).optional(),
  volumes: z.array(z.union([shortVolume, longVolume])).optional(),
  networks: z.union([z.array(field.filled), z.record(z.string(), endpoint.nullable())]).optional(),
  network_mode: field.oneOf(['bridge', 'host', 'none']).optional(),
  depends_on: z.union([z.array(field.filled), z.record(z.string(), dependency)]).optional(),
  restart: field.restart.optional(),
  labels: field.pairs.optional(),
  user: field.text.optional(),
  group_add: z.array(field.text).optional(),
  working_dir: field.containerPath.optional(),
  hostname: field.filled.optional(),
  domainname: field.filled.optional(),
  cap_add: z.array(field.filled).optional(),
  cap_drop: z.array(field.filled).optional(),
  privileged: field.flag.optional(),
  devices: z.array(field.device).optional(),
  tmpfs: field.oneOrMore.optional(),
  ulimits: z
    .record(z.string(), z.union([field.count(-1), z.strictObject({ soft: field.count(-1), hard: field.count(-1) })]))
    .optional(),
  sysctls: field.pairs.optional(),
  extra_hosts: z.union([z.array(field.filled), z.record(z.string(), field.filled)]).optional(),
  dns: field.oneOrMore.optional(),
  dns_search: field.oneOrMore.optional(),
  dns_opt: z.array(field.filled).optional(),
  healthcheck: healthcheck.optional(),
  stop_signal: field.filled.optional(),
  stop_grace_period: field.duration.optional(),
  logging: z
    .strictObject({ driver: field.filled.optional(), options: z.record(z.string(), field.text).optional() })
    .optional(),
  mem_limit: field.size.optional(),
  mem_reservation: field.size.optional(),
  memswap_limit: z.union([field.size, field.count(-1, -1)]).optional(),
  cpus: field.cpus.optional(),
  cpu_shares: field.count().optional(),
  cpuset: field.filled.optional(),
  pids_limit: field.count(-1).optional(),
  deploy: z
    .strictObject({
      resources: z.strictObject({
        limits: limits.optional(),
        reservations: z.strictObject({ memory: field.size.optional() }).optional(),
      }),
    })
    .optional(),
  init: field.flag.optional(),
  read_only: field.flag.optional(),
  security_opt: z.array(field.filled).optional(),
  pid: field.oneOf(['host']).optional(),
  ipc: field.oneOf(['none', 'private', 'shareable', 'host']).optional(),
  shm_size: field.size.optional(),
  tty: field.flag.optional(),
  stdin_open: field.flag.optional(),
  oom_score_adj: field.count(-1000, 1000).optional(),
});

export const volume = z.strictObject({
  external: field.flag.optional(),
  name: field.filled.optional(),
  driver: field.filled.optional(),
  driver_opts: z.record(z.string(), field.text).optional(),
  labels: field.pairs.optional(),
});

export const network = z.strictObject({
  external: field.flag.optional(),
  name: field.filled.optional(),
  driver: field.filled.optional(),
  driver_opts: z.record(z.string(), field.text).optional(),
  internal: field.flag.optional(),
  attachable: field.flag.optional(),
  enable_ipv6: field.flag.optional(),
  ipam: z
    .strictObject({
      driver: field.filled.optional(),
      config: z
        .array(
          z.strictObject({
            subnet: field.filled,
            gateway: field.filled.optional(),
            ip_range: field.filled.optional(),
          }),
        )
        .optional(),
    })
    .optional(),
  labels: field.pairs.optional(),
});

export type ServiceEntry = z.output<typeof service>;
export type VolumeEntry = z.output<typeof volume>;
export type NetworkEntry = z.output<typeof network>;
