import { BelayError } from './errors.ts';
import { isBelaysPath, parkedPathOf } from './slot.ts';

/** Where data is moved to: a directory of the host, or a volume that is made for it. */
export type DataTarget = { kind: 'bind'; path: string } | { kind: 'volume'; name: string };

export interface Owner {
  uid: number;
  gid: number;
}

const VOLUME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;
const BELAYS_VOLUME = /^belay-S[A-Z]{10}-\d+$/;
const MAX_ID = 4_294_967_294;
const MAX_NAME_BYTES = 255;
const PLAIN = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u;

/**
 * The directory that somebody has named, written in one way: `/srv/acme/` and `/srv//acme` are `/srv/acme`, so that
 * a slash too many leads nowhere else. `invalid-input` where it is no whole path, or none that can be mounted.
 */
export function directoryNamed(text: string): string {
  const wrong = (message: string, hint = 'Name it with its whole path, such as /srv/acme.') =>
    new BelayError('invalid-input', message, { hint });
  if (!PLAIN.test(text)) throw wrong('The directory has characters in its name that cannot be shown.');
  if (!text.startsWith('/')) throw wrong(`"${text}" does not begin at the root of the host.`);
  const names = text.split('/').filter((name) => name !== '' && name !== '.');
  if (names.includes('..')) throw wrong(`"${text}" leads upwards with "..".`);
  const path = `/${names.join('/')}`;
  if (path.includes(':')) throw wrong(`${path} has a colon in its name: the engine cannot mount it.`);
  if (isBelaysPath(path)) throw wrong(`${path} is a name that Belay gives to what it sets aside.`);
  const parkedName = parkedPathOf(path, 'SXXXXXXXXXX').slice(path.lastIndexOf('/') + 1);
  if (path.length > 3_000 || new TextEncoder().encode(parkedName).length > MAX_NAME_BYTES) {
    throw wrong('The name of the directory is too long.', 'Choose a shorter one.');
  }
  return path;
}

/** The volume that somebody has named. `invalid-input` where no volume can be called so. */
export function volumeNamed(text: string): string {
  if (VOLUME.test(text) && !BELAYS_VOLUME.test(text)) return text;
  throw new BelayError('invalid-input', `"${text}" cannot name a volume.`, {
    hint: 'Letters, digits, dots and dashes, such as acme-data.',
  });
}

/** `102:105`, in numbers: a name would be the host's, and not that of a user in the container. */
export function ownerNamed(text: string): Owner {
  const [, uid, gid] = /^(\d{1,10}):(\d{1,10})$/.exec(text) ?? [];
  const owner = { uid: Number(uid), gid: Number(gid) };
  if (uid !== undefined && owner.uid <= MAX_ID && owner.gid <= MAX_ID) return owner;
  throw new BelayError('invalid-input', `"${text}" is no owner.`, {
    hint: 'It is a user and a group of the container in numbers, such as 102:105.',
  });
}
