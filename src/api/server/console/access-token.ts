import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync, writeSync } from 'node:fs';
import { BelayError } from '../../../domain/errors.ts';

const TOKEN_BYTES = 32;
/** Of a token that somebody has written into the file by hand. */
const LEAST_CHARACTERS = 32;
const READABLE_BY_OTHERS = 0o077;

/** What is asked for at the door of the console. Never shown and never logged: whoever may read its file has it. */
export class AccessToken {
  readonly #digest: Buffer;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    this.#digest = digestOf(text);
  }

  /** Takes the same time whatever is wrong with it. */
  is(given: string): boolean {
    return timingSafeEqual(this.#digest, digestOf(given));
  }

  /** A key for another purpose, from which the token cannot be told. */
  keyFor(purpose: string): Buffer {
    return createHmac('sha256', this.#text).update(purpose).digest();
  }
}

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Makes the file of mode 0600 where there is none. `refused` where others could have read or placed it. */
export function readOrMakeToken(path: string): AccessToken {
  try {
    const file = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    try {
      const token = randomBytes(TOKEN_BYTES).toString('base64url');
      writeSync(file, `${token}\n`);
      return new AccessToken(token);
    } finally {
      closeSync(file);
    }
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown;
  }
  return new AccessToken(readGuarded(path));
}

function readGuarded(path: string): string {
  const unsafe = (message: string) =>
    new BelayError('refused', message, { hint: `Remove it, and the daemon makes a new one: rm ${path}` });
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (thrown) {
    throw unsafe(`The console's token cannot be read: ${(thrown as Error).message}.`);
  }
  try {
    const { uid, mode } = fstatSync(file);
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw unsafe(`${path} is not a file.`);
    if (uid !== process.getuid?.()) throw unsafe(`${path} belongs to another user.`);
    if ((mode & READABLE_BY_OTHERS) !== 0) throw unsafe(`${path} is not its owner's alone.`);
    const token = readFileSync(file, 'utf8').trim();
    if (token.length < LEAST_CHARACTERS) {
      throw unsafe(`The token in ${path} has fewer than ${LEAST_CHARACTERS} characters.`);
    }
    return token;
  } finally {
    closeSync(file);
  }
}
