import { envOf } from './environment.ts';
import type { JsonObject, JsonValue } from './json.ts';
import type { SettingChange } from './plan.ts';
import { REDACTED } from './redaction.ts';
import { isSecretVariable } from './secrets.ts';
import { isSameImage, type ServiceSpec } from './service-spec.ts';

/** Settings by the names that people know them by: `env LOG_LEVEL`, `label tier`, `memory`. */
function settingsOf({ settings, mounts }: ServiceSpec): Map<string, string> {
  const found = new Map<string, string>();
  const { Env: _, Labels, ...config } = settings.config;
  for (const { name, value } of envOf({ settings })) found.set(`env ${name}`, value);
  for (const [name, value] of Object.entries((Labels as JsonObject | undefined) ?? {}))
    found.set(`label ${name}`, String(value));
  for (const [name, value] of Object.entries({ ...config, ...settings.hostConfig })) {
    if (!isUnset(value)) found.set(name, typeof value === 'string' ? value : JSON.stringify(value, withSortedKeys));
  }
  for (const network of Object.keys(settings.networks)) found.set(`network ${network}`, 'connected');
  for (const { kind, slotKey, source, target } of mounts) {
    // Each release has volumes of its own; a directory is the same one, unless its data was moved.
    found.set(`mount ${target}`, kind === 'bind' ? source : (slotKey ?? source));
  }
  return found;
}

/** The engine and the journal write the keys of one object in different orders. */
function withSortedKeys(_key: string, value: JsonValue): JsonValue {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a.localeCompare(b)));
}

function isUnset(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** What an engine has an opinion of, where nothing was asked for; for those that vary from engine to engine, any value. */
const ENGINE_DEFAULTS: Record<string, readonly string[] | 'any'> = {
  CgroupnsMode: ['"host"', '"private"'],
  ConsoleSize: 'any',
  IpcMode: ['"private"'],
  LogConfig: ['{"Config":{},"Type":"json-file"}'],
  MaskedPaths: 'any',
  ReadonlyPaths: 'any',
  RestartPolicy: ['{"MaximumRetryCount":0,"Name":"no"}', '{"Name":"no"}'],
  Runtime: ['"runc"'],
  ShmSize: ['67108864'],
};

/**
 * Whether one of them says nothing, and the other what an engine makes of nothing: one was asked for by a manifest, the
 * other read from a container. An empty list says something: that no path is masked.
 */
function isEnginesOwn(name: string, now: ServiceSpec, after: ServiceSpec): boolean {
  const values = [now, after].map(({ settings }) => settings.hostConfig[name] ?? null);
  const said = values.filter((value) => value !== null);
  const defaults = ENGINE_DEFAULTS[name];
  if (defaults === undefined || said.length !== 1) return false;
  return defaults === 'any' || defaults.includes(JSON.stringify(said[0], withSortedKeys));
}

/** Whether every setting is the same as it will be, also those that an engine would have made so by itself. */
export function hasSameSettings(now: ServiceSpec, after: ServiceSpec): boolean {
  const [current, coming] = [settingsOf(now), settingsOf(after)];
  return current.size === coming.size && [...current].every(([name, value]) => coming.get(name) === value);
}

/** What of a service's settings is another than it will be, by name; of variables that are secret only that they are. */
export function compareSettings(now: ServiceSpec, after: ServiceSpec): SettingChange[] {
  const [current, coming] = [settingsOf(now), settingsOf(after)];
  const names = new Set([...current.keys(), ...coming.keys()]);
  return [...names]
    .filter((name) => current.get(name) !== coming.get(name) && !isEnginesOwn(name, now, after))
    .sort()
    .map((setting) => ({
      service: now.name,
      setting,
      now: shown(setting, current.get(setting)),
      after: shown(setting, coming.get(setting)),
    }));

  function shown(setting: string, value: string | undefined): string | null {
    const [, name] = /^env (.*)$/s.exec(setting) ?? [];
    const isHidden = name !== undefined && [now, after].some((spec) => isSecretVariable(spec, name));
    return value === undefined ? null : isHidden ? REDACTED : value;
  }
}

/** The image, where it is another one than it will be. */
export const imageChange = ({ name, image: now }: ServiceSpec, { image: after }: ServiceSpec): SettingChange[] =>
  isSameImage(now, after)
    ? []
    : [{ service: name, setting: `image of ${name}`, now: now.reference, after: after.reference }];
