import type { ReleaseId } from './ids.ts';
import type { JsonValue } from './json.ts';
import type { SettingChange } from './plan.ts';
import type { DataChanges } from './ports/slot-store.ts';
import { isSecretName, REDACTED, redactJson, redactText } from './redaction.ts';
import type { Release } from './release.ts';
import { isSameImage, type PinnedImage, type ServiceSpec } from './service-spec.ts';
import { compareSettings } from './settings-diff.ts';

export interface ImageChange {
  service: string;
  /** Null where that release does not have the service. */
  from: { reference: string; digest: string | null } | null;
  to: { reference: string; digest: string | null } | null;
}

/** What one release has other than another one. */
export interface ReleaseDiff {
  appliance: string;
  from: { release: ReleaseId; version: string; createdAt: Date };
  to: { release: ReleaseId; version: string; createdAt: Date };
  images: ImageChange[];
  /** Without secrets: where one has changed, both sides say only that it is one. */
  settings: SettingChange[];
  data: {
    /** Both have the same data. */
    isShared: boolean;
    /** From the first to the second; null where that cannot be told. */
    changes: DataChanges | null;
    /** Why it cannot, in one sentence. */
    note: string | null;
  };
}

const shown = ({ reference, digest, imageId }: PinnedImage) => ({ reference, digest: digest ?? imageId });

/** The services whose image is another one, or is called otherwise. */
export function compareImages(from: Release, to: Release): ImageChange[] {
  return inPairs(from, to).flatMap(({ service, before, after }) => {
    const isSame =
      before && after && before.image.reference === after.image.reference && isSameImage(before.image, after.image);
    if (isSame) return [];
    return [{ service, from: before ? shown(before.image) : null, to: after ? shown(after.image) : null }];
  });
}

/** The settings that differ, of the services that both have, without secrets. */
export function compareReleaseSettings(from: Release, to: Release): SettingChange[] {
  return inPairs(from, to)
    .flatMap(({ before, after }) => (before && after ? compareSettings(before, after) : []))
    .map(redactedChange);
}

function inPairs(from: Release, to: Release) {
  const names = new Set([...from.services, ...to.services].map(({ name }) => name));
  const named = ({ services }: Release, service: string): ServiceSpec | undefined =>
    services.find(({ name }) => name === service);
  return [...names].map((service) => ({ service, before: named(from, service), after: named(to, service) }));
}

/** A change of a setting as anybody may see it. */
export function redactedChange({ service, setting, now, after }: SettingChange): SettingChange {
  const name = setting.replace(/^(?:env|label) /, '');
  const clean = (value: string | null) => (value === null ? null : isSecretName(name) ? REDACTED : cleanValue(value));
  return { service, setting, now: clean(now), after: clean(after) };
}

// Commands and lists are kept as JSON.
function cleanValue(value: string): string {
  if (!/^[[{]/.test(value)) return redactText(value);
  try {
    return JSON.stringify(redactJson(JSON.parse(value) as JsonValue));
  } catch {
    return redactText(value);
  }
}
