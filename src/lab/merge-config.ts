import { EMPTY_CONFIG } from './image-definition.ts';
import { asObject, asStrings, asText, type JsonObject } from './json.ts';
import { LabError } from './lab-error.ts';
import type { Healthcheck, RunConfig } from './records.ts';

const variableOf = (entry: string): string => entry.split('=')[0] ?? '';

function mergeHealthcheck(user: Healthcheck | undefined, image: Healthcheck | undefined): Healthcheck | undefined {
  if (!user || !image) return user ?? image;
  const merged: Healthcheck = { ...image };
  if (user.Test?.length) merged.Test = user.Test;
  for (const key of ['Interval', 'Timeout', 'StartPeriod', 'Retries'] as const) {
    const value = user[key] || image[key];
    if (value) merged[key] = value;
  }
  return merged;
}

/**
 * What a container runs: the user's settings, completed with the image's defaults by the engine's own rules
 * (a command without an entrypoint keeps the image's entrypoint, an entrypoint drops the image's command).
 * 400 where nothing is left to run.
 */
export function mergeConfig(user: JsonObject, image: RunConfig, hostname: string): RunConfig {
  const env = asStrings(user['Env']) ?? [];
  const names = new Set(env.map(variableOf));
  const entrypoint = asStrings(user['Entrypoint']);
  const command = asStrings(user['Cmd']);
  const isReset = entrypoint?.length === 1 && entrypoint[0] === '';
  const hasEntrypoint = (entrypoint?.length ?? 0) > 0;
  const ports = { ...image.ExposedPorts, ...asObject(user['ExposedPorts']) } as Record<string, object>;
  const volumes = { ...image.Volumes, ...asObject(user['Volumes']) } as Record<string, object>;
  const health = mergeHealthcheck(user['Healthcheck'] as Healthcheck | undefined, image.Healthcheck);
  const stopSignal = asText(user['StopSignal']) || image.StopSignal;
  const { Healthcheck: _, StopSignal: __, ExposedPorts: ___, ...rest } = user;
  const merged: RunConfig = {
    ...EMPTY_CONFIG,
    ...rest,
    Hostname: asText(user['Hostname']) || hostname,
    User: asText(user['User']) || image.User,
    ...(Object.keys(ports).length > 0 ? { ExposedPorts: ports } : {}),
    Env: [...env, ...image.Env.filter((entry) => !names.has(variableOf(entry)))],
    Cmd: hasEntrypoint || command?.length ? command : image.Cmd,
    ...(health ? { Healthcheck: health } : {}),
    Volumes: Object.keys(volumes).length > 0 ? volumes : null,
    WorkingDir: asText(user['WorkingDir']) || image.WorkingDir,
    Entrypoint: isReset ? null : (entrypoint ?? image.Entrypoint),
    OnBuild: null,
    Labels: { ...image.Labels, ...(asObject(user['Labels']) as Record<string, string>) },
    ...(stopSignal ? { StopSignal: stopSignal } : {}),
  };
  if (!merged.Entrypoint?.length && !merged.Cmd?.length) throw new LabError(400, 'No command specified');
  return merged;
}
