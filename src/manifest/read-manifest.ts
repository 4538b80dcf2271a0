import type { z } from 'zod';
import { crossFindings, type Parts } from './cross-checks.ts';
import { readEnvFile } from './env-file.ts';
import { environmentOf } from './env-files.ts';
import { interpolated } from './interpolate.ts';
import type { Manifest, ManifestSource } from './manifest.ts';
import { nearestName } from './nearest.ts';
import type { Finding, Problem } from './problem.ts';
import { belay, manifest as manifestSchema } from './schema.ts';
import { findingsOf, sentenceOf } from './schema-findings.ts';
import { network, service, volume } from './service-schema.ts';
import { soundPart } from './sound-part.ts';
import { type Plain, readYaml } from './yaml-source.ts';

export interface PlacedProblem extends Problem {
  file: string;
}

/** What came of reading a manifest. */
export type ManifestReading =
  | { manifest: Manifest; problems: []; wants: string[] }
  | { manifest: null; problems: PlacedProblem[]; wants: string[] };

const MAX_PROBLEMS = 100;

/**
 * Reads a manifest and finds everything that is wrong with it at once, each with its place. Changes nothing
 * and looks at no file: `wants` says which environment files it names that were not handed in. Never throws.
 */
export function readManifest(source: ManifestSource): ManifestReading {
  const dotEnv = Object.hasOwn(source.files, '.env') ? readEnvFile(source.files['.env'] ?? '') : null;
  const yaml = readYaml(source.text);
  const problems: PlacedProblem[] = [
    ...(dotEnv?.problems ?? []).map((problem) => ({ ...problem, file: '.env' })),
    ...yaml.problems.map((problem) => ({ ...problem, file: source.file })),
  ];
  const root = yaml.value;
  if (problems.length > 0) return { manifest: null, problems: problems.slice(0, MAX_PROBLEMS), wants: [] };
  const extended = withoutExtensions(root);
  const { value, findings: unset } = interpolated(extended.value, dotEnv?.variables ?? {});
  const parsed = manifestSchema.safeParse(value, { error: sentenceOf });
  const parts = partsOf(value, source);
  const environments: Record<string, Record<string, string>> = {};
  const findings: Finding[] = [
    ...extended.findings,
    ...unset,
    ...(parsed.success ? [] : apartFrom(unset, findingsOf(parsed.error.issues, value))),
    ...(isMap(value) && isMap(value['services'] ?? null) ? crossFindings(parts) : []),
  ];
  const wants = new Set<string>();
  for (const [name, entry] of Object.entries(parts.services)) {
    const { environment, findings: found, wants: wanted } = environmentOf(source, entry, ['services', name]);
    environments[name] = environment;
    findings.push(...found);
    for (const each of wanted) wants.add(each);
  }
  if (!parsed.success || findings.length > 0) {
    const placed = findings.map((finding) => ({ ...yaml.place(finding), file: source.file }));
    return { manifest: null, problems: inOrder(placed).slice(0, MAX_PROBLEMS), wants: [...wants] };
  }
  const read: Manifest = {
    source,
    entry: parsed.data,
    directory: source.directory,
    environments,
    writtenImages: writtenImages(extended.value),
  };
  return { manifest: read, problems: [], wants: [...wants] };
}

/** What stands where a variable is not set is wrong for no reason of its own. */
function apartFrom(unset: readonly Finding[], findings: readonly Finding[]): Finding[] {
  const places = new Set(unset.map(({ path }) => JSON.stringify(path)));
  return findings.filter(({ path }) => !places.has(JSON.stringify(path)));
}

/** `x-…` keys belong to whoever wrote them, and hold anchors above all; one that is nearly `x-belay` is a mistake. */
function withoutExtensions(root: Plain): { value: Plain; findings: Finding[] } {
  if (!isMap(root)) return { value: root, findings: [] };
  const findings: Finding[] = [];
  const strip = (map: { [key: string]: Plain }, path: string[]): { [key: string]: Plain } => {
    const kept: { [key: string]: Plain } = Object.create(null);
    for (const [key, value] of Object.entries(map)) {
      if (!key.startsWith('x-') || (path.length === 0 && key === 'x-belay')) kept[key] = value;
      else if (nearestName(key, ['x-belay'])) {
        const message =
          path.length === 0
            ? `${key}: there is no such key. Did you mean x-belay?`
            : 'x-belay stands at the top of the file.';
        findings.push({ path: [...path, key], at: 'key', message });
      }
    }
    return kept;
  };
  const value = strip(root, []);
  for (const section of ['services', 'volumes', 'networks']) {
    const entries = value[section];
    if (!isMap(entries ?? null)) continue;
    const stripped: { [key: string]: Plain } = Object.create(null);
    for (const [name, entry] of Object.entries(entries as { [key: string]: Plain })) {
      stripped[name] = isMap(entry) ? strip(entry, [section, name]) : entry;
    }
    value[section] = stripped;
  }
  return { value, findings };
}

const isMap = (value: Plain): value is { [key: string]: Plain } =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

function partsOf(value: Plain, source: ManifestSource): Parts {
  const section = (name: string): { [key: string]: Plain } => {
    const found = isMap(value) ? (value[name] ?? null) : null;
    return isMap(found) ? found : {};
  };
  const said = isMap(value) ? value['x-belay'] : undefined;
  const sound = soundPart(belay, said ?? {});
  const allowed = belay.shape.allow.safeParse(
    isMap(said ?? null) ? (said as { [key: string]: Plain })['allow'] : undefined,
  );
  return {
    directory: source.directory,
    serviceNames: Object.keys(section('services')),
    services: readable(section('services'), service),
    // One that cannot be read is there all the same: what refers to it is right.
    volumes: { ...emptied(section('volumes')), ...readable(section('volumes'), volume.nullable()) },
    networks: { ...emptied(section('networks')), ...readable(section('networks'), network.nullable()) },
    belay: said === undefined ? null : (sound.data ?? null),
    // A key that is wrong may be the one that was meant to say it.
    rolesAreSound: sound.data !== undefined && (sound.without.size === 0 || sound.data.services !== undefined),
    allowed: allowed.data ?? [],
  };
}

const emptied = (entries: { [key: string]: Plain }): Record<string, null> =>
  Object.fromEntries(Object.keys(entries).map((key) => [key, null]));

function readable<Schema extends z.ZodType>(
  entries: { [key: string]: Plain },
  schema: Schema,
): Record<string, z.output<Schema>> {
  return Object.fromEntries(
    Object.entries(entries).flatMap(([name, entry]) => {
      const { data } = soundPart(schema, entry);
      return data === undefined ? [] : [[name, data]];
    }),
  );
}

function writtenImages(root: Plain): Record<string, string> {
  const services = isMap(root) ? (root['services'] ?? null) : null;
  if (!isMap(services)) return {};
  return Object.fromEntries(
    Object.entries(services).map(([name, entry]) => [name, isMap(entry) ? String(entry['image'] ?? '') : '']),
  );
}

function inOrder(problems: PlacedProblem[]): PlacedProblem[] {
  const seen = new Set<string>();
  return problems
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .filter(({ line, column, message }) => {
      const key = `${line}:${column}:${message}`;
      const isNew = !seen.has(key);
      seen.add(key);
      return isNew;
    });
}
