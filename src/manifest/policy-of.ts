import { DEFAULT_POLICY, type Policy } from '../domain/policy.ts';
import { gateOf, secretsOf, updateOf, versionedOf } from './belay-rules.ts';
import { hooksOf } from './hooks-of.ts';
import { legacyOf } from './legacy-of.ts';
import type { Manifest } from './manifest.ts';
import { notifyOf } from './notify-of.ts';
import { staleLockRules } from './stale-lock-schema.ts';

/** What the manifest wants of Belay, complete: what it does not say is as if nobody had said it. */
export function policyOf(manifest: Manifest): Policy {
  const belay = manifest.entry['x-belay'];
  const services = Object.keys(manifest.entry.services).map((name) => {
    const said = { gate: gateOf(manifest, name), versioned: versionedOf(manifest, name) };
    const secrets = secretsOf(manifest, name);
    return [name, { ...said, update: updateOf(manifest, name), ...(secrets.length > 0 ? { secrets } : {}) }] as const;
  });
  return {
    title: belay?.title ?? null,
    banner: belay?.banner ?? null,
    promptName: belay?.prompt ?? null,
    floor: belay?.floor ?? null,
    legacy: legacyOf(belay),
    services: Object.fromEntries(services),
    data: belay?.data ?? null,
    hooks: hooksOf(manifest),
    notify: notifyOf(manifest),
    staleLocks: staleLockRules(belay?.stale_locks),
    engines: { maxUnavailable: belay?.engines?.max_unavailable ?? DEFAULT_POLICY.engines.maxUnavailable },
    retention: { instant: belay?.retention?.instant ?? DEFAULT_POLICY.retention.instant },
    manifest: { file: manifest.source.file, text: manifest.source.text },
  };
}
