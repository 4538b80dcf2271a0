import type { JsonObject } from '../../../domain/json.ts';
import type { World } from '../../../domain/ports/world.ts';
import { redactJson, redactText, secretsIn } from '../../../domain/redaction.ts';
import type { Release } from '../../../domain/release.ts';
import { knownSecrets, redactedInspect } from '../../../domain/secrets.ts';
import { findInstance } from '../../../sequences/instances.ts';
import type { TarFile } from './tar.ts';

const LOG_LINES = 2_000;
const LOG_BYTES = 1 << 20;
const DEADLINE_MS = 10_000;

type Sources = Pick<World, 'journal' | 'host'>;

/** The last of a text that fits, from the beginning of a line. */
export function lastPart(text: string, limitBytes = LOG_BYTES): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= limitBytes) return text;
  const rest = bytes.subarray(bytes.length - limitBytes).toString('utf8');
  return `(what came before has been left out)\n${rest.slice(rest.indexOf('\n') + 1)}`;
}

/**
 * Log and inspect answer of every container of a release, without secrets: `FOLDER/server.log`,
 * `FOLDER/server.inspect.json`. A container that is gone, or an engine that does not answer, leaves them out.
 */
export async function containerFiles(world: Sources, release: Release, folder: string): Promise<TarFile[]> {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const files = await Promise.all(
    release.services.map(async (service): Promise<TarFile[]> => {
      try {
        const instance = await findInstance(world, release, service, signal);
        if (!instance) return [];
        const inspect: JsonObject = (await world.host.rawInspect(instance.id, signal)) ?? {};
        const known = new Set([...secretsOf(inspect), ...knownSecrets(service)]);
        const log = await world.host.logTail(instance.id, LOG_LINES, signal).catch(() => []);
        const name = `${folder}/${fileName(service.name)}`;
        return [
          { name: `${name}.log`, content: `${redactText(lastPart(log.join('\n')), known)}\n` },
          { name: `${name}.inspect.json`, content: json(redactJson(redactedInspect(service, inspect), known)) },
        ];
      } catch {
        return [];
      }
    }),
  );
  return files.flat();
}

/** What the settings of a service, as the journal or the engine has them, hold that is to be taken out everywhere. */
export function secretsOf(...settings: object[]): Set<string> {
  return new Set(settings.flatMap((each) => [...secretsIn(JSON.parse(JSON.stringify(each)))]));
}

export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** At most forty harmless characters. */
const fileName = (text: string): string =>
  text
    .replace(/[^A-Za-z0-9_.-]/g, '_')
    .replace(/^\.+/, '')
    .slice(0, 40) || 'x';
