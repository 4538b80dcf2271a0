import type { JsonObject } from './json.ts';
import type { ServiceSpec } from './service-spec.ts';

/** One variable of a container's environment. */
export interface EnvVariable {
  name: string;
  value: string;
}

/** A variable as it is to be; `secret` is never taken back but by unsetting it. */
export interface WantedVariable extends EnvVariable {
  secret?: boolean | undefined;
}

/** What is to be otherwise in an environment. */
export interface EnvChange {
  set: readonly WantedVariable[];
  /** The names that are not to be set any more; a default of the image comes back. */
  unset: readonly string[];
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,254}$/;
/** The kernel takes 128 KiB with the name; nobody types that. */
const LONGEST_VALUE_BYTES = 32 * 1024;

/** Why a text is no name of a variable, in one sentence; null where it is one. */
export const envNameProblem = (text: string): string | null =>
  NAME.test(text) ? null : 'A variable is named with letters, digits and underscores, as in: LOG_LEVEL';

/** Why a text cannot be the value of a variable, in one sentence; null where it can. */
export function envValueProblem(text: string): string | null {
  if (text.includes('\0')) return 'A value cannot have a NUL character in it.';
  const sizeBytes = new TextEncoder().encode(text).length;
  return sizeBytes > LONGEST_VALUE_BYTES ? 'A value has at most 32 KiB.' : null;
}

/** What the user set on a service, in its order; not the defaults of its image. */
export function envOf({ settings }: Pick<ServiceSpec, 'settings'>): EnvVariable[] {
  return ((settings.config.Env as string[] | undefined) ?? []).map((entry) => {
    const cut = entry.indexOf('=');
    return cut < 0 ? { name: entry, value: '' } : { name: entry.slice(0, cut), value: entry.slice(cut + 1) };
  });
}

/** The service with another environment: what is set already keeps its place. */
export function withEnv(spec: ServiceSpec, { set, unset }: EnvChange): ServiceSpec {
  const values = new Map(envOf(spec).map(({ name, value }) => [name, value]));
  for (const { name, value } of set) values.set(name, value);
  for (const name of unset) values.delete(name);
  const { secrets: before = [], ...others } = spec;
  const marked = set.flatMap(({ name, secret }) => (secret ? [name] : []));
  const secrets = [...new Set([...before, ...marked])].filter((name) => !unset.includes(name));
  const { Env: _, ...rest } = spec.settings.config;
  const env = [...values].map(([name, value]) => `${name}=${value}`);
  const config: JsonObject = env.length > 0 ? { ...rest, Env: env } : rest;
  return { ...others, settings: { ...spec.settings, config }, ...(secrets.length > 0 ? { secrets } : {}) };
}
