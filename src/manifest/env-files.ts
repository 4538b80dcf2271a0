import { posix } from 'node:path';
import { readEnvFile } from './env-file.ts';
import type { ManifestSource } from './manifest.ts';
import type { Finding, Path } from './problem.ts';
import type { ServiceEntry } from './service-schema.ts';

export interface ServiceEnvironment {
  environment: Record<string, string>;
  findings: Finding[];
  /** Environment files that are named and were not handed in. */
  wants: string[];
}

/** The whole environment of a service: its environment files in their order, then what the manifest says itself. */
export function environmentOf(source: ManifestSource, service: ServiceEntry, path: Path): ServiceEnvironment {
  const result: ServiceEnvironment = { environment: {}, findings: [], wants: [] };
  const entries = service.env_file === undefined ? [] : [service.env_file].flat();
  for (const [index, entry] of entries.entries()) {
    const at = Array.isArray(service.env_file) ? [...path, 'env_file', index] : [...path, 'env_file'];
    addFile(source, typeof entry === 'string' ? { path: entry } : entry, at, result);
  }
  for (const [name, value] of Object.entries(service.environment ?? {})) {
    const at = [...path, 'environment', name];
    if (!/^[^=\s]+$/.test(name)) {
      result.findings.push({ path: at, at: 'key', message: `"${name}" cannot name an environment variable.` });
    } else if (value === null) {
      const message = `${name} has no value, and Belay hands on none of its own environment; write "${name}=" for an empty one.`;
      result.findings.push({ path: at, at: 'key', message });
    } else {
      result.environment[name] = value;
    }
  }
  return result;
}

function addFile(
  source: ManifestSource,
  { path, required = true }: { path: string; required?: boolean | undefined },
  at: Path,
  result: ServiceEnvironment,
): void {
  const name = posix.normalize(path);
  const complain = (message: string) => result.findings.push({ path: at, at: 'value', message });
  if (posix.isAbsolute(name) || name.startsWith('..') || name === '.') {
    complain(`The environment file ${path} has to lie beside the manifest or below it.`);
    return;
  }
  const text = Object.hasOwn(source.files, name) ? source.files[name] : undefined;
  if (text === undefined) {
    result.wants.push(name);
    if (required) complain(`The environment file ${name} is not there.`);
    return;
  }
  const { variables, problems } = readEnvFile(text);
  for (const { line, message } of problems) complain(`${name}, line ${line}: ${message}`);
  Object.assign(result.environment, variables);
}
