import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { ConsoleView } from '../api/contract/console.ts';
import { readOrMakeToken } from '../api/server/console/access-token.ts';
import { FrontDoor } from '../api/server/console/front-door.ts';
import { PageFiles } from '../api/server/console/page-files.ts';
import { listenOnTcp } from '../api/server/listen.ts';
import { BelayError, toBelayError } from '../domain/errors.ts';
import { type ConsoleSettings, consoleSettings } from './console-settings.ts';
import type { Fetch } from './mode.ts';

/** How often a port that is taken is tried again: the daemon before this one may just be giving it up. */
const RETRY_MS = 2_000;
const LINES_A_MINUTE = 20;
const BUSY = ['EADDRINUSE', 'EADDRNOTAVAIL'];

export interface ConsoleOptions {
  home: string;
  environment: NodeJS.ProcessEnv;
  /** Where the page's files are. */
  pageDirectory: string;
  api: Fetch;
  log: Logger;
}

/**
 * The web page on TCP, where the environment asks for it. That it cannot be had never keeps the daemon from its work:
 * it is logged, and `show console` says why.
 */
export class Console {
  readonly #options: ConsoleOptions;
  readonly #tokenFile: string;
  #server: Server | null = null;
  #view: ConsoleView;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: ConsoleOptions) {
    this.#options = options;
    this.#tokenFile = join(options.home, 'console-token');
    this.#view = { state: 'off', url: null, isEncrypted: false, tokenFile: null, trouble: null };
  }

  view = (): ConsoleView => this.#view;

  /** Resolves when it listens, or when it is known that it does not. */
  async open(): Promise<void> {
    let settings: ConsoleSettings | null = null;
    try {
      settings = consoleSettings(this.#options.environment);
      if (settings) await this.#listen(settings);
    } catch (thrown) {
      this.#tell(settings, thrown);
      if (!this.#isClosed && BUSY.includes((thrown as NodeJS.ErrnoException).code ?? '')) {
        this.#retry = setTimeout(() => void this.open(), RETRY_MS);
        this.#retry.unref();
      }
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    const server = this.#server;
    if (!server) return;
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  async #listen(settings: ConsoleSettings): Promise<void> {
    const { api, log, pageDirectory } = this.#options;
    const tls = settings.tls && readPair(settings.tls);
    const door = new FrontDoor({
      api,
      token: readOrMakeToken(this.#tokenFile),
      page: new PageFiles(pageDirectory),
      address: settings.host,
      certificate: tls && new X509Certificate(tls.cert),
      nowMs: () => Date.now(),
      onRefused: withinLimits((why, request) => log.warn(request, `refused at the console: ${why}`)),
    });
    const server = await listenOnTcp(door.fetch, { ...settings, tls });
    this.#server = server;
    const { port } = server.address() as AddressInfo;
    this.#view = { ...this.#asked({ ...settings, port }), state: 'listening', trouble: null };
    log.info({ url: this.#view.url }, 'the console listens');
  }

  #tell(settings: ConsoleSettings | null, thrown: unknown): void {
    const { message, hint } = explained(thrown, settings);
    // Once for each trouble, not once for each try.
    if (this.#view.trouble?.message !== message) this.#options.log.error({ hint }, `the console: ${message}`);
    const asked = settings ? this.#asked(settings) : { url: null, isEncrypted: false, tokenFile: null };
    this.#view = { ...asked, state: 'not-listening', trouble: { message, hint } };
  }

  #asked({ host, port, tls }: ConsoleSettings): Pick<ConsoleView, 'url' | 'isEncrypted' | 'tokenFile'> {
    const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
    return {
      url: `${tls ? 'https' : 'http'}://${name}:${port}/`,
      isEncrypted: tls !== null,
      tokenFile: this.#tokenFile,
    };
  }
}

/** Strangers cannot fill the log: of what they are refused, so many lines a minute are enough. */
function withinLimits<Told extends unknown[]>(tell: (...told: Told) => void): (...told: Told) => void {
  let minute = 0;
  let lines = 0;
  return (...told) => {
    const now = Math.floor(performance.now() / 60_000);
    lines = now === minute ? lines + 1 : 1;
    minute = now;
    if (lines <= LINES_A_MINUTE) tell(...told);
  };
}

function readPair({ certPath, keyPath }: { certPath: string; keyPath: string }): { cert: Buffer; key: Buffer } {
  return { cert: readPem(certPath, 'BELAY_TLS_CERT'), key: readPem(keyPath, 'BELAY_TLS_KEY') };
}

function readPem(path: string, variable: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new BelayError('refused', `${path} cannot be read: ${(cause as Error).message}.`, {
      hint: `${variable} names a PEM file.`,
      cause,
    });
  }
}

function explained(thrown: unknown, settings: ConsoleSettings | null): BelayError {
  const { code } = thrown as NodeJS.ErrnoException;
  if (settings && BUSY.includes(code ?? '')) {
    const why = code === 'EADDRINUSE' ? 'is taken by another process' : 'is no address of this machine';
    const hint = `It is tried again every ${RETRY_MS / 1_000} s. Another one can be chosen with BELAY_LISTEN.`;
    return new BelayError('refused', `${settings.host}:${settings.port} ${why}.`, { hint });
  }
  if (code?.startsWith('ERR_OSSL') || code?.startsWith('ERR_SSL')) {
    const hint = 'BELAY_TLS_CERT and BELAY_TLS_KEY name PEM files that belong together.';
    return new BelayError('refused', `The certificate or its key cannot be used: ${(thrown as Error).message}.`, {
      hint,
    });
  }
  return toBelayError(thrown);
}
