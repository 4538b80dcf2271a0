import type { Hook, Hooks } from '../domain/hooks.ts';
import { hostPath, imageOf } from './drafts.ts';
import type { HookEntry } from './hook-schema.ts';
import type { Manifest } from './manifest.ts';

const DEFAULT_DEADLINE_MS = 600_000;

/** The hooks of operations that the manifest has, complete. */
export function hooksOf(manifest: Manifest): Hooks {
  const { notify: _, ...hooks } = manifest.entry['x-belay']?.hooks ?? {};
  const entries = Object.entries(hooks);
  return Object.fromEntries(entries.flatMap(([name, entry]) => (entry ? [[name, hookOf(manifest, entry)]] : [])));
}

export function hookOf(manifest: Manifest, entry: HookEntry): Hook {
  const environment = Object.entries(entry.environment ?? {}).map(([name, value]) => [name, value ?? ''] as const);
  return {
    command: entry.command,
    service: entry.service ?? null,
    image: entry.image === undefined ? null : imageOf(entry.image),
    environment: Object.fromEntries(environment),
    volumes: (entry.volumes ?? []).map(({ source, target, options }) => ({
      source: hostPath(manifest.directory, source ?? ''),
      target,
      readOnly: options.includes('ro'),
    })),
    deadlineMs: entry.deadline ?? DEFAULT_DEADLINE_MS,
  };
}
