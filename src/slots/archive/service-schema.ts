import { z } from 'zod';
import { DEFAULT_GATE, SERVICE_ROLES, type ServiceSpec } from '../../domain/service-spec.ts';

export const name = z.string().min(1).max(200);
const settings = z.record(z.string(), z.json());
const milliseconds = z.number().int().min(0);
const ports = z.array(z.number().int().min(1).max(65_535)).max(1_000);
const versionCommand = z.array(z.string()).min(1).nullable();

const image = z.object({
  reference: z.string().min(1).max(500),
  repository: z.string().min(1).max(500),
  tag: z.string().max(200),
  digest: z.string().max(200).nullable(),
  imageId: z.string().max(200).nullable(),
  mirror: z.string().min(1).max(500).exactOptional(),
});

const mount = z.object({
  kind: z.enum(['volume', 'bind']),
  source: z.string().max(4096),
  target: z.string().max(4096),
  readOnly: z.boolean(),
  slotKey: z.string().max(4200).nullable(),
  sharedBecause: z.string().max(1000).nullable(),
  declared: z.discriminatedUnion('form', [
    z.object({ form: z.literal('bind'), options: z.string().max(200) }),
    z.object({ form: z.literal('mount'), value: settings }),
    z.object({ form: z.literal('implicit') }),
  ]),
});

/** A service as an archive has it: all of it, so that what is brought up from it elsewhere is the same. */
export const serviceSchema = z.object({
  name,
  role: z.enum(SERVICE_ROLES),
  containerName: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/),
  image,
  settings: z.object({ config: settings, hostConfig: settings, networks: z.record(z.string(), settings) }),
  mounts: z.array(mount),
  gate: z.object({
    deadlineMs: milliseconds,
    limitMs: milliseconds.default(DEFAULT_GATE.limitMs),
    stableMs: milliseconds,
    versionCommand,
    ports: ports.exactOptional(),
  }),
  secrets: z.array(name).max(1000).exactOptional(),
  askedGate: z
    .object({
      deadlineMs: milliseconds.exactOptional(),
      limitMs: milliseconds.exactOptional(),
      stableMs: milliseconds.exactOptional(),
      versionCommand: versionCommand.exactOptional(),
      ports: ports.exactOptional(),
    })
    .exactOptional(),
  dependsOn: z.record(name, z.enum(['started', 'healthy'])).exactOptional(),
  versioned: z.enum(['with-controller', 'fixed']).exactOptional(),
  update: z.enum(['with-controller', 'on-change', 'on-request']).exactOptional(),
  softwareVersion: z.string().max(200).exactOptional(),
  awaits: image.exactOptional(),
  scaled: z.object({ group: name, at: z.iso.datetime() }).exactOptional(),
}) satisfies z.ZodType<ServiceSpec>;

/** Fails to compile where a service has something that an archive would lose. */
type Lost = Exclude<keyof ServiceSpec, keyof z.infer<typeof serviceSchema>>;
true satisfies [Lost] extends [never] ? true : false;
