import type { NotifyRules } from '../domain/notify-rules.ts';
import { hookOf } from './hooks-of.ts';
import type { Manifest } from './manifest.ts';
import { DEFAULT_EVENTS } from './notify-schema.ts';

/** Whom the manifest wants told what. */
export function notifyOf(manifest: Manifest): NotifyRules {
  const belay = manifest.entry['x-belay'];
  const byUrl = new Map((belay?.notify?.webhooks ?? []).map((entry) => [entry.url, entry]));
  const webhooks = [...byUrl.values()].map(({ url, secret_file: secretFile, events }) => ({
    url,
    secretFile: secretFile ?? null,
    events: [...new Set(events ?? DEFAULT_EVENTS)],
  }));
  const command = belay?.hooks?.notify;
  return { webhooks, command: command ? hookOf(manifest, command) : null };
}
