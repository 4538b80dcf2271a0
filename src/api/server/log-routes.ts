import type { OpenAPIHono } from '@hono/zod-openapi';
import { streamSSE } from 'hono/streaming';
import { BelayError } from '../../domain/errors.ts';
import type { Appliance } from '../../domain/ports/journal.ts';
import { withoutSecrets } from '../../domain/redaction.ts';
import { knownSecrets } from '../../domain/secrets.ts';
import type { LogLineView } from '../contract/log.ts';
import * as routes from '../contract/log.ts';
import { merged } from './merged.ts';
import type { Service } from './service.ts';

/** Each holds a connection to the engine. */
const MAX_FOLLOWERS = 50;
const HEARTBEAT_MS = 15_000;

interface Wanted {
  service?: string | undefined;
  lines: number;
}

/** The log of what an appliance runs, as a list and as a stream. */
export function addLog(app: OpenAPIHono, service: Service): void {
  let followers = 0;
  app.openapi(routes.log, async (c) => {
    const { appliance, ...wanted } = c.req.valid('query');
    return c.json(await lastLines(service, service.appliance(appliance), wanted, c.req.raw.signal), 200);
  });
  app.openapi(routes.followLog, (c) => {
    const { appliance, ...wanted } = c.req.valid('query');
    const sources = sourcesOf(service, service.appliance(appliance), wanted);
    if (followers >= MAX_FOLLOWERS) {
      throw new BelayError('refused', 'Too many sessions are following logs.', { hint: 'End one of them.' });
    }
    return streamSSE(c, async (stream) => {
      followers++;
      const gone = new AbortController();
      stream.onAbort(() => gone.abort());
      const heartbeat = setInterval(() => void stream.write(': still here\n\n'), HEARTBEAT_MS);
      try {
        const streams = sources.map((source) => linesOf(service, source, { ...wanted, follow: true }, gone.signal));
        for await (const line of merged(streams)) {
          if (gone.signal.aborted) break;
          await stream.writeSSE({ event: 'log', data: JSON.stringify(line) });
        }
      } finally {
        clearInterval(heartbeat);
        gone.abort();
        followers--;
      }
    });
  });
}

interface Source {
  name: string;
  containerId: string;
  /** What a server may say of its own settings, and nobody is to read. */
  secrets: ReadonlySet<string>;
}

/** The containers of the active release. `not-found` where it has no such service. */
function sourcesOf(service: Service, appliance: Appliance, wanted: Wanted): Source[] {
  const release = service.active(appliance);
  const names = release.services.map(({ name }) => name);
  if (wanted.service !== undefined && !names.includes(wanted.service)) {
    throw new BelayError('not-found', `${appliance.name} has no service ${wanted.service}.`, {
      hint: `It has: ${names.join(', ')}`,
    });
  }
  return service.world.journal
    .instances(release.id)
    .filter((instance) => wanted.service === undefined || instance.service === wanted.service)
    .map(({ service: name, containerId }) => {
      const spec = release.services.find((each) => each.name === name);
      return { name, containerId, secrets: spec ? knownSecrets(spec) : new Set() };
    });
}

async function* linesOf(
  service: Service,
  { name, containerId, secrets }: Source,
  options: { lines: number; follow: boolean },
  signal: AbortSignal,
): AsyncGenerator<LogLineView> {
  for await (const { at, text } of service.world.host.readLog(containerId, options, signal)) {
    yield { service: name, at: at?.toISOString() ?? null, text: withoutSecrets(text, secrets) };
  }
}

async function lastLines(
  service: Service,
  appliance: Appliance,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<LogLineView[]> {
  const sources = sourcesOf(service, appliance, wanted);
  const all = await Promise.all(
    sources.map((source) => Array.fromAsync(linesOf(service, source, { ...wanted, follow: false }, signal))),
  );
  const lines = all.flat();
  if (all.length > 1) lines.sort((a, b) => (a.at ?? '').localeCompare(b.at ?? ''));
  return wanted.lines === 0 ? [] : lines.slice(-wanted.lines);
}
