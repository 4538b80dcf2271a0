import { type EnvVariable, envOf } from './environment.ts';
import type { JsonObject, JsonValue } from './json.ts';
import { isSecretName, LEAST_SOUGHT, REDACTED, redactJson, redactText, secretsIn } from './redaction.ts';
import type { ServiceSpec } from './service-spec.ts';

type Secretive = Pick<ServiceSpec, 'settings' | 'secrets'>;

/** Whether a variable is not for other eyes: somebody has said so, or its name does. */
export const isSecretVariable = ({ secrets = [] }: Pick<ServiceSpec, 'secrets'>, name: string): boolean =>
  secrets.includes(name) || isSecretName(name);

/** Whether there is a secret in a variable: it is one, or it holds one, as the address of a database with its password. */
export const holdsSecret = (service: Secretive, { name, value }: EnvVariable): boolean =>
  isSecretVariable(service, name) || redactText(value) !== value;

/** Begins what stands for a value that cannot be read: no value of an environment can have it in it. */
export const UNREADABLE = '\0';

/** The secrets of a service whose values nobody can read, by their names. */
export const unreadableOf = (service: Secretive): string[] =>
  envOf(service).flatMap(({ name, value }) => (value.startsWith(UNREADABLE) ? [name] : []));

/** What is to be taken out wherever it stands: the values that these services have as secrets. */
export function knownSecrets(...services: readonly Secretive[]): Set<string> {
  const known = secretsIn(services.map(({ settings }) => settings) as unknown as JsonValue);
  for (const service of services) {
    for (const { name, value } of envOf(service)) {
      if (value === '' || !isSecretVariable(service, name)) continue;
      // A short one is too common to be sought by itself.
      known.add(`${name}=${value}`);
      for (const line of [value, ...value.split('\n')]) if (line.length >= LEAST_SOUGHT) known.add(line);
    }
  }
  return known;
}

/** The environment of a service as anybody may see it, `NAME=value` each. */
export const redactedEnv = (service: Secretive): string[] =>
  envOf(service).map(({ name, value }) => {
    const isHidden = value !== '' && isSecretVariable(service, name);
    return `${name}=${isHidden ? REDACTED : redactText(value)}`;
  });

/** An inspect answer of a service's container without its secrets, also where their values are not known. */
export function redactedInspect(service: Secretive, inspect: JsonObject): JsonObject {
  const { Config } = inspect as { Config?: JsonObject };
  const env = ((Config?.['Env'] as string[] | undefined) ?? []).map((entry) => {
    const name = entry.slice(0, Math.max(0, entry.indexOf('=')));
    return isSecretVariable(service, name) ? `${name}=${REDACTED}` : entry;
  });
  const cleaned = Config ? { ...inspect, Config: { ...Config, Env: env } } : inspect;
  return redactJson(cleaned, knownSecrets(service)) as JsonObject;
}
