import type { Dependencies, GateRules, ServiceRole, UpdateTrigger, Versioned } from '../domain/service-spec.ts';
import type { Manifest } from './manifest.ts';
import type { ServiceEntry } from './service-schema.ts';

/** The one service whose version is the appliance's: said in x-belay, or the only one there is. */
function controllersOf(manifest: Pick<Manifest, 'entry'>): string[] {
  const names = Object.keys(manifest.entry.services);
  if (names.length === 1) return names;
  const said = manifest.entry['x-belay']?.services ?? {};
  return names.filter((name) => said[name]?.role === 'controller');
}

export function roleOf(manifest: Pick<Manifest, 'entry'>, name: string): ServiceRole {
  if (controllersOf(manifest).includes(name)) return 'controller';
  return manifest.entry['x-belay']?.services?.[name]?.role ?? 'app';
}

/** What the manifest says of a service's gate; what it does not say is left to labels and defaults. */
export function gateOf(manifest: Pick<Manifest, 'entry'>, name: string): Partial<GateRules> {
  const belay = manifest.entry['x-belay'];
  const own = belay?.services?.[name];
  const deadlineMs = own?.gate?.deadline ?? belay?.gate?.deadline;
  const limitMs = own?.gate?.limit ?? belay?.gate?.limit;
  const stableMs = own?.gate?.stable ?? belay?.gate?.stable;
  const isNode = ['controller', 'node'].includes(roleOf(manifest, name));
  const versionCommand = own?.version_command ?? (isNode ? belay?.version_command : undefined);
  const ports = own?.gate?.ports;
  return {
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
    ...(limitMs === undefined ? {} : { limitMs }),
    ...(stableMs === undefined ? {} : { stableMs }),
    ...(versionCommand === undefined ? {} : { versionCommand }),
    ...(ports === undefined ? {} : { ports }),
  };
}

/** Said in x-belay, or by a tag that is written `${VERSION}`; null where neither is. */
export function versionedOf(manifest: Pick<Manifest, 'entry' | 'writtenImages'>, name: string): Versioned | null {
  const said = manifest.entry['x-belay']?.services?.[name]?.version;
  if (said) return said;
  return /:\$(?:VERSION$|\{VERSION(?:[:?+-]|\}))/.test(manifest.writtenImages[name] ?? '') ? 'with-controller' : null;
}

/** When a helper takes a new image; null where nothing is said. */
export const updateOf = (manifest: Pick<Manifest, 'entry'>, name: string): UpdateTrigger | null =>
  manifest.entry['x-belay']?.services?.[name]?.update ?? null;

/** The variables that it calls secret. */
export const secretsOf = (manifest: Pick<Manifest, 'entry'>, name: string): string[] => [
  ...new Set(manifest.entry['x-belay']?.services?.[name]?.secrets),
];

export function dependenciesOf(service: ServiceEntry): Dependencies {
  const { depends_on: asked } = service;
  if (asked === undefined) return {};
  if (Array.isArray(asked)) return Object.fromEntries(asked.map((name) => [name, 'started' as const]));
  return Object.fromEntries(
    Object.entries(asked).map(([name, { condition }]) => [
      name,
      condition === 'service_healthy' ? ('healthy' as const) : ('started' as const),
    ]),
  );
}
