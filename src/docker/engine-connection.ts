import type { IncomingMessage } from 'node:http';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import Docker from 'dockerode';
import { BelayError } from '../domain/errors.ts';
import type { JsonObject, JsonValue } from '../domain/json.ts';
import { CallLimit } from './call-limit.ts';
import { callFailure } from './engine-errors.ts';

const DEADLINE_MS = 30_000;
/** So that a thousand containers that are stopped at once are no thousand connections. Streams are not counted. */
const MOST_CALLS = 128;
const ANSWER_LIMIT_BYTES = 64 * 1024 * 1024;

export interface EngineCall {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  query?: Record<string, string | number | boolean>;
  body?: JsonObject;
  /** A tar file as the body, in the place of JSON. */
  stream?: AsyncIterable<Buffer>;
  /** Sent as X-Registry-Auth. */
  registryAuth?: JsonObject | null;
  /** For the whole answer; for `chunks` until it begins. */
  deadlineMs?: number;
  signal?: AbortSignal | undefined;
}

/**
 * Sends a call and resolves when its answer begins. Rejects as dockerode does: with `statusCode` where the
 * engine refused, with `code` where the connection failed, and with the signal's reason.
 */
export type Dial = (call: EngineCall, signal: AbortSignal) => Promise<AsyncIterable<Buffer> & { destroy(): void }>;

/**
 * The one way to the engine, and the only user of dockerode. Every answer is read as a stream, also a
 * short one: dockerode's own reading never settles when an answer is cut or stalls in the middle.
 */
export class EngineConnection {
  /** `unix:///var/run/docker.sock`, for sentences. */
  readonly address: string;
  /** Whether the engine is reached by a unix socket, and so may share this machine's file systems. */
  readonly local: boolean;
  readonly #dial: Dial;
  readonly #limit = new CallLimit(MOST_CALLS);

  /** `socketPath` wins over DOCKER_HOST; without it DOCKER_HOST and the usual socket are looked at. `dial` is for engines in this process. */
  constructor(socketPath?: string, dial?: Dial) {
    const dockerHost = process.env.DOCKER_HOST ?? '';
    if (!socketPath && dockerHost.startsWith('ssh://')) {
      throw new BelayError(
        'invalid-input',
        `DOCKER_HOST is ${dockerHost}, and Belay does not reach engines over SSH.`,
        {
          hint: 'Run Belay on the host itself, or set DOCKER_HOST to a unix:// or tcp:// address.',
        },
      );
    }
    this.local = socketPath !== undefined || dockerHost === '' || dockerHost.startsWith('unix://');
    this.address = socketPath ? `unix://${socketPath}` : dockerHost || 'unix:///var/run/docker.sock';
    this.#dial = dial ?? dialing(openDocker(socketPath, this.address));
  }

  /** The whole answer as JSON; null where it has no body. */
  async json(call: EngineCall): Promise<JsonValue> {
    const text = (await this.bytes(call, ANSWER_LIMIT_BYTES)).toString('utf8').trim();
    if (text === '') return null;
    try {
      return JSON.parse(text) as JsonValue;
    } catch (cause) {
      throw new BelayError('engine-failed', `The Docker Engine's answer to ${call.path} is not JSON.`, { cause });
    }
  }

  /** The whole answer, or its first `limitBytes`. */
  async bytes(call: EngineCall, limitBytes: number): Promise<Buffer> {
    return this.#limit.run(() => this.#bytes(call, limitBytes), call.signal);
  }

  // Its deadline begins when its turn has come.
  async #bytes(call: EngineCall, limitBytes: number): Promise<Buffer> {
    const deadlineMs = call.deadlineMs ?? DEADLINE_MS;
    const timeout = AbortSignal.timeout(deadlineMs);
    const signal = call.signal ? AbortSignal.any([call.signal, timeout]) : timeout;
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    for await (const chunk of this.chunks({ ...call, deadlineMs, signal })) {
      chunks.push(chunk);
      sizeBytes += chunk.length;
      if (sizeBytes >= limitBytes) break;
    }
    return Buffer.concat(chunks).subarray(0, limitBytes);
  }

  /** The answer piece by piece as it comes, until it ends or the signal aborts. */
  async *chunks(call: EngineCall): AsyncGenerator<Buffer> {
    const deadlineMs = call.deadlineMs ?? DEADLINE_MS;
    const beginning = new AbortController();
    const timer = setTimeout(() => beginning.abort(new DOMException('', 'TimeoutError')), deadlineMs);
    const signal = call.signal ? AbortSignal.any([call.signal, beginning.signal]) : beginning.signal;
    let response: Awaited<ReturnType<Dial>> | null = null;
    try {
      response = await this.#dial(call, signal);
      clearTimeout(timer);
      for await (const chunk of response) yield chunk;
    } catch (thrown) {
      throw callFailure(thrown, { address: this.address, path: call.path, deadlineMs, signal });
    } finally {
      clearTimeout(timer);
      response?.destroy();
    }
  }
}

const dialing =
  (docker: Docker): Dial =>
  (call, signal) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      const request = {
        path: `${call.path}?`,
        method: call.method,
        options: { _query: call.query ?? {}, _body: call.body ?? {} },
        ...(call.registryAuth ? { authconfig: call.registryAuth } : {}),
        ...(call.stream ? { file: Readable.from(call.stream, { objectMode: false }) } : {}),
        isStream: true,
        abortSignal: signal,
        statusCodes: { 200: true, 201: true, 204: true },
      };
      docker.modem.dial(request, (failure, response) =>
        failure ? reject(failure) : resolve(response as IncomingMessage),
      );
    });

function openDocker(socketPath: string | undefined, address: string): Docker {
  // dockerode lets DOCKER_HOST win over a socket path unless the host is taken out by hand.
  const explicit = socketPath ? { socketPath, host: undefined, port: undefined, protocol: 'http' as const } : {};
  try {
    const docker = new Docker({ ...explicit, timeout: undefined } as Docker.DockerOptions);
    const modem = docker.modem as typeof docker.modem & { protocol: string; agent: HttpAgent };
    modem.agent =
      modem.protocol === 'https' ? new HttpsAgent({ keepAlive: false }) : new HttpAgent({ keepAlive: false });
    // The client library writes out the options of every call, to any depth, also when nobody reads that: from the agent
    // it would get to each open socket, so that forty calls at once would cost seconds.
    Object.defineProperty(modem.agent, inspect.custom, { value: () => 'Agent' });
    return docker;
  } catch (cause) {
    throw new BelayError('engine-unreachable', `${address} is not an address of a Docker Engine that can be used.`, {
      hint: 'Check DOCKER_HOST and DOCKER_CERT_PATH.',
      details: { reason: cause instanceof Error ? cause.message : String(cause) },
      cause,
    });
  }
}
