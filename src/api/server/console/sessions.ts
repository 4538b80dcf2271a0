import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const SESSION_MS = 12 * 3_600_000;
/** Only sessions that somebody has ended are remembered, until they would have ended by themselves. */
const MOST_ENDED = 10_000;

/**
 * Browsers that have signed in. A session says itself until when it is good, signed by a key made from the token: it
 * outlives the daemon, and ends with the token.
 */
export class Sessions {
  readonly #key: Buffer;
  readonly #ended = new Map<string, number>();

  constructor(key: Buffer) {
    this.#key = key;
  }

  begin(nowMs: number): { cookie: string; maxAgeSeconds: number } {
    const claims = `${(nowMs + SESSION_MS).toString(36)}.${randomBytes(12).toString('base64url')}`;
    return { cookie: `${claims}.${this.#sign(claims)}`, maxAgeSeconds: SESSION_MS / 1_000 };
  }

  /** Its name, by which it is told from others; null where it is none, or is over. */
  read(cookie: string, nowMs: number): string | null {
    const [due = '', nonce = '', signature = ''] = cookie.split('.');
    const expected = Buffer.from(this.#sign(`${due}.${nonce}`));
    const given = Buffer.from(signature);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
    return Number.parseInt(due, 36) > nowMs && !this.#ended.has(nonce) ? nonce : null;
  }

  end(name: string, nowMs: number): void {
    for (const [each, endsMs] of this.#ended) {
      if (endsMs > nowMs && this.#ended.size < MOST_ENDED) break;
      this.#ended.delete(each);
    }
    this.#ended.set(name, nowMs + SESSION_MS);
  }

  #sign(claims: string): string {
    return createHmac('sha256', this.#key).update(claims).digest('base64url');
  }
}
