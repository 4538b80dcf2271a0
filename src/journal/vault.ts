import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, fsyncSync, lstatSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BelayError } from '../domain/errors.ts';
import { flushFile } from './places.ts';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SEALED = /^enc:v1:([0-9a-f]{8}):([A-Za-z0-9_-]+)$/;

const HEADING = `# The key of the secrets in the journal beside this file. Without it they cannot be read: keep a copy of it,
# apart from copies of the journal. A line is a key; what is new is written with the last one.
`;

/** Where the key of a journal's secrets is. */
export const keyFileOf = (journalPath: string): string => join(dirname(journalPath), 'secrets.key');

/** What a sealed value belongs to: anywhere else it cannot be opened. */
export interface SealedPlace {
  appliance: string;
  service: string;
  name: string;
}

interface Key {
  id: string;
  bytes: Buffer;
}

/** Seals values with AES-256-GCM under a key that is in a file of its own, of mode 0600, made when it is first needed. */
export class Vault {
  readonly path: string;
  #keys: Key[] = [];
  /** By which it is seen that the file has become another one. */
  #seen = '';

  constructor(path: string) {
    this.path = path;
  }

  /** `enc:v1:KEY:…`, another one each time. `refused` where the key's file holds none. */
  seal(value: string, place: SealedPlace): string {
    const key = this.#load().at(-1) ?? this.#make();
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, key.bytes, nonce).setAAD(boundTo(place));
    const sealed = Buffer.concat([nonce, cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `enc:v1:${key.id}:${sealed.toString('base64url')}`;
  }

  /** Null where it is not sealed, or belongs elsewhere, or its key is not here. */
  open(text: string, place: SealedPlace): string | null {
    const [, id, content] = SEALED.exec(text) ?? [];
    const key = this.#load().find((each) => each.id === id);
    if (!key || content === undefined) return null;
    const bytes = Buffer.from(content, 'base64url');
    if (bytes.length < NONCE_BYTES + TAG_BYTES) return null;
    try {
      const decipher = createDecipheriv(CIPHER, key.bytes, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(boundTo(place)).setAuthTag(bytes.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString(
        'utf8',
      );
    } catch {
      return null; // written for another place, or changed since
    }
  }

  /** Whether a text is written as `seal` writes it. */
  static isSealed(text: string): boolean {
    return SEALED.test(text);
  }

  #load(): Key[] {
    const stat = lstatSync(this.path, { throwIfNoEntry: false });
    const seen = stat ? `${stat.ino} ${stat.mtimeMs} ${stat.size}` : '';
    if (seen !== this.#seen) {
      this.#keys = stat ? readKeys(this.path) : [];
      this.#seen = seen;
    }
    return this.#keys;
  }

  #make(): Key {
    const bytes = randomBytes(KEY_BYTES);
    try {
      const file = openSync(this.path, 'wx', 0o600);
      try {
        writeSync(file, `${HEADING}${bytes.toString('base64url')}\n`);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      flushFile(this.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      throw new BelayError('refused', `${this.path} holds no key, so that secrets cannot be written.`, {
        hint: 'Put it back from its copy. Where there is none, move it away: a new one is made.',
      });
    }
    return keyOf(bytes);
  }
}

const boundTo = ({ appliance, service, name }: SealedPlace): Buffer =>
  Buffer.from([appliance, service, name].join('\0'));

const keyOf = (bytes: Buffer): Key => ({ id: createHash('sha256').update(bytes).digest('hex').slice(0, 8), bytes });

function readKeys(path: string): Key[] {
  let text = '';
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      if (fstatSync(file).isFile()) text = readFileSync(file, 'utf8');
    } finally {
      closeSync(file);
    }
  } catch {
    return []; // what cannot be read holds no key
  }
  return text
    .split('\n')
    .filter((line) => /^[A-Za-z0-9_-]{43}$/.test(line.trim()))
    .map((line) => keyOf(Buffer.from(line.trim(), 'base64url')));
}
