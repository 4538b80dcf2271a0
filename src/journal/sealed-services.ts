import type { EnvVariable } from '../domain/environment.ts';
import { holdsSecret, UNREADABLE } from '../domain/secrets.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import { Vault } from './vault.ts';

/** The services of a release as the journal keeps them: secrets sealed, everything else as it is. */
export function writeServices(services: readonly ServiceSpec[], appliance: string, vault: Vault): string {
  const sealed = services.map((service) =>
    withValues(service, (variable) => {
      // What could not be opened is kept as it was: its key may come back.
      if (variable.value.startsWith(UNREADABLE)) return variable.value.slice(UNREADABLE.length);
      const isSecret = variable.value !== '' && holdsSecret(service, variable);
      if (!isSecret && !Vault.isSealed(variable.value)) return variable.value;
      return vault.seal(variable.value, { appliance, service: service.name, name: variable.name });
    }),
  );
  return JSON.stringify(sealed);
}

/** The services of a release, opened; a secret that cannot be is there as one that nobody can read. */
export function readServices(text: string, appliance: string, vault: Vault): ServiceSpec[] {
  const services = JSON.parse(text) as ServiceSpec[];
  if (!text.includes('enc:v1:')) return services;
  return services.map((service) =>
    withValues(service, ({ name, value }) => {
      if (!Vault.isSealed(value)) return value;
      return vault.open(value, { appliance, service: service.name, name }) ?? `${UNREADABLE}${value}`;
    }),
  );
}

function withValues(service: ServiceSpec, toValue: (variable: EnvVariable) => string): ServiceSpec {
  const { Env, ...config } = service.settings.config;
  if (!Array.isArray(Env)) return service;
  const env = (Env as string[]).map((entry) => {
    const cut = entry.indexOf('=');
    const name = entry.slice(0, cut);
    return cut < 0 ? entry : `${name}=${toValue({ name, value: entry.slice(cut + 1) })}`;
  });
  return { ...service, settings: { ...service.settings, config: { ...config, Env: env } } };
}
