import type { X509Certificate } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { signInInput } from '../../contract/console.ts';
import { followLog } from '../../contract/log.ts';
import * as routes from '../../contract/routes.ts';
import { abortUpgrade, confirm, extendUpgrade } from '../../contract/running-routes.ts';
import type { AccessToken } from './access-token.ts';
import { FailedTries } from './failed-tries.ts';
import { isOwnHost } from './host-names.ts';
import { OpenStreams } from './open-streams.ts';
import type { PageFiles } from './page-files.ts';
import { PAGE_HEADERS } from './page-headers.ts';
import { isLook, refuseOtherPages } from './page-of-origin.ts';
import { Refusal } from './refusal.ts';
import { Sessions } from './sessions.ts';

type Fetch = (request: Request, env: object) => Response | Promise<Response>;

export interface FrontDoorOptions {
  api: Fetch;
  token: AccessToken;
  page: PageFiles;
  /** Where it listens; the certificate where it is encrypted. */
  address: string;
  certificate: X509Certificate | null;
  nowMs: () => number;
  onRefused: (why: string, request: { address: string; method: string; path: string }) => void;
}

/** What `@hono/node-server` hands over with a request. */
interface NodeSide {
  incoming: IncomingMessage;
  outgoing: ServerResponse;
}

const SIGN_IN = '/console/sign-in';
const SIGN_OUT = '/console/sign-out';
const MOST_SIGN_IN_BYTES = 1_024;
/** What can be changed from the page. Whoever configures comes through the socket, or with the token itself. */
const SESSION_CHANGES = new Set(
  [routes.upgrade, routes.rollback, confirm, extendUpgrade, abortUpgrade].map(({ path }) => path as string),
);
const STREAMS = new Set<string>([routes.events.path, followLog.path]);

/** Stands before the API where it is reached over TCP: nobody gets past without the token, and no page but the own. */
export class FrontDoor {
  readonly #options: FrontDoorOptions;
  readonly #sessions: Sessions;
  readonly #tries = new FailedTries();
  readonly #streams = new OpenStreams();
  readonly #cookieName: string;

  constructor(options: FrontDoorOptions) {
    this.#options = options;
    this.#sessions = new Sessions(options.token.keyFor('console sessions'));
    this.#cookieName = options.certificate ? '__Host-belay-session' : 'belay-session';
  }

  fetch: Fetch = async (request, env) => {
    const side = env as NodeSide;
    const response = await this.#answer(request, side).catch((thrown: unknown) => {
      if (!(thrown instanceof Refusal)) throw thrown;
      this.#options.onRefused(thrown.message, {
        address: addressOf(side),
        method: request.method,
        path: new URL(request.url).pathname,
      });
      return Response.json(thrown.view, { status: thrown.status, headers: thrown.headers });
    });
    for (const [name, value] of Object.entries(PAGE_HEADERS)) response.headers.set(name, value);
    if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'no-store');
    return response;
  };

  async #answer(request: Request, side: NodeSide): Promise<Response> {
    const { address, certificate, page, api } = this.#options;
    if (!isOwnHost(request.headers.get('host'), address, certificate)) {
      throw new Refusal(421, 'refused', 'This is not the host that the request names.', 'See: show console');
    }
    const file = page.answer(request);
    if (file) return file;
    refuseOtherPages(request);
    const path = new URL(request.url).pathname;
    if (path === SIGN_IN && request.method === 'POST') return this.#signIn(request, side);
    const who = this.#authorised(request, side, path);
    if (path === SIGN_OUT && request.method === 'POST') return this.#signOut(who.session);
    if (STREAMS.has(path)) {
      const isOpen = this.#streams.open(who.session ?? 'api', side.outgoing);
      if (!isOpen) throw new Refusal(429, 'refused', 'Too many streams are open.', 'Close one of the pages.');
    }
    return api(request, { ...side, user: who.session === null ? 'api' : 'console' });
  }

  /** By token or by session; `session` is null where it is the token. */
  #authorised(request: Request, side: NodeSide, path: string): { session: string | null } {
    const bearer = /^Bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
    if (bearer !== undefined) {
      this.#mustBeToken(bearer, side);
      return { session: null };
    }
    const session = this.#sessionOf(request);
    if (session === null) {
      throw new Refusal(401, 'unauthorised', 'Nobody is signed in.', 'Sign in with the token: show console', {
        'www-authenticate': 'Bearer realm="belay"',
      });
    }
    const changes = !isLook(request);
    if (changes && request.headers.get('origin') === null) {
      throw new Refusal(403, 'refused', 'The request does not say which page it comes from.', 'Use the token instead.');
    }
    if (changes && path !== SIGN_OUT && !SESSION_CHANGES.has(path)) {
      throw new Refusal(403, 'refused', 'This cannot be done from the console.', 'Type it at the prompt: belay');
    }
    return { session };
  }

  async #signIn(request: Request, side: NodeSide): Promise<Response> {
    const sizeBytes = Number(request.headers.get('content-length') ?? Number.NaN);
    const text = sizeBytes <= MOST_SIGN_IN_BYTES ? await request.text() : '';
    const input = signInInput.safeParse(parsed(text));
    if (!input.success) {
      throw new Refusal(400, 'invalid-input', 'The request names no token.', 'Send {"token": "…"}');
    }
    this.#mustBeToken(input.data.token.trim(), side);
    const { cookie, maxAgeSeconds } = this.#sessions.begin(this.#options.nowMs());
    return this.#withCookie(cookie, maxAgeSeconds);
  }

  #signOut(session: string | null): Response {
    if (session !== null) {
      this.#sessions.end(session, this.#options.nowMs());
      this.#streams.close(session);
    }
    return this.#withCookie('', 0);
  }

  #withCookie(value: string, maxAgeSeconds: number): Response {
    const secure = this.#options.certificate ? '; Secure' : '';
    const attributes = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeSeconds}${secure}`;
    return new Response(null, {
      status: 204,
      headers: { 'set-cookie': `${this.#cookieName}=${value}; ${attributes}` },
    });
  }

  #mustBeToken(given: string, side: NodeSide): void {
    const address = addressOf(side);
    const nowMs = this.#options.nowMs();
    const waitMs = this.#tries.waitMs(address, nowMs);
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1_000);
      throw new Refusal(429, 'refused', 'Too many wrong tokens came from there.', `Try again in ${seconds} s.`, {
        'retry-after': String(seconds),
      });
    }
    if (this.#options.token.is(given)) return;
    this.#tries.add(address, nowMs);
    throw new Refusal(401, 'unauthorised', 'This is not the token.', 'See in which file it is: show console');
  }

  #sessionOf(request: Request): string | null {
    const prefix = `${this.#cookieName}=`;
    const cookies = (request.headers.get('cookie') ?? '').split(/; */).filter((each) => each.startsWith(prefix));
    const names = cookies.map((each) => this.#sessions.read(each.slice(prefix.length), this.#options.nowMs()));
    return names.find((name) => name !== null) ?? null;
  }
}

const addressOf = ({ incoming }: NodeSide): string => incoming.socket.remoteAddress ?? 'unknown';

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
