import type { SlotId } from './ids.ts';

/**
 * What tells one directory from another that bears its name: a volume that was removed and silently
 * re-created, or a directory put in its place, has another birth time or inode.
 */
export interface DataIdentity {
  inode: string;
  bornNs: string;
}

/** One mount's data in one slot. */
export interface SlotMount {
  /** The same in every slot of the appliance, so that two slots can be compared mount by mount. */
  key: string;
  kind: 'volume' | 'bind';
  /** The engine's name of the volume; null for a bind mount. */
  volume: string | null;
  /**
   * Volume: the host path of its content. Bind mount: the path that containers mount, where this
   * slot's data lies while it is in place. '' for a volume that has not been created yet.
   */
  path: string;
  /** Bind mount: where this slot's data lies while another slot's is in place. Null for a volume. */
  parkedPath: string | null;
  /** Null until the data exists. */
  identity: DataIdentity | null;
  /**
   * Set where the data comes from the snapshot that the slot was made from, and not from a clone of what runs: the
   * snapshot's mount (null for a plain tarball), and the directory in a tarball that becomes this one.
   */
  restoredFrom?: { key: string | null; strip: string };
  /** The data is written where it is to lie, into an empty mount point, and not beside it. */
  madeInPlace?: true;
}

/**
 * `preparing` is being cloned or unpacked; `live` is used by the active release; `frozen` waits, in place or
 * set aside; `archived` waits as one file; `discarded` is gone.
 */
export type SlotState = 'preparing' | 'live' | 'frozen' | 'archived' | 'discarded';

/** The data of a slot as one file. */
export interface SlotArchive {
  path: string;
  /** Of the whole file, in hexadecimal. */
  sha256: string;
  sizeBytes: number;
  /** What it holds: bytes and files once unpacked. */
  dataBytes: number;
  files: number;
  /** `belay` is one of Belay's own, with its manifest; `tar` is a plain tarball of one directory. */
  format: 'belay' | 'tar';
  /** What an import elsewhere would refuse it for, the first of it in words; left out where there is nothing. */
  unwelcome?: { members: number; first: string };
  /** Plain tarball: the directory that everything in it lies in, such as `var/lib/mysql`; '' where there is none. */
  prefix: string;
}

/** The data that belongs to a release. */
export interface Slot {
  id: SlotId;
  appliance: string;
  mounts: SlotMount[];
  state: SlotState;
  /** The slot that this one was cloned from. */
  clonedFrom: SlotId | null;
  createdAt: Date;
  /** When its release was last left; null while it is live. */
  frozenAt: Date | null;
  /** Where its data is while it is archived. */
  archive: SlotArchive | null;
  /** Where it came from, in words, where it was imported. */
  importedFrom: string | null;
  /** It is archived or discarded, and what it had as a slot is still to be removed. */
  leftovers: boolean;
}

/** A slot as it begins: never left, never archived, and cloned or brought in from nowhere unless that is said. */
export const freshSlot = (
  own: Pick<Slot, 'id' | 'appliance' | 'mounts' | 'state' | 'createdAt'> & Partial<Slot>,
): Slot => ({ clonedFrom: null, frozenAt: null, archive: null, importedFrom: null, leftovers: false, ...own });

/** Whether two directories are the same one; what is not there is the same as nothing. */
export const isSameData = (a: DataIdentity | null, b: DataIdentity | null): boolean =>
  a !== null && b !== null && a.inode === b.inode && a.bornNs === b.bornNs;

/** Where a bind mount's data lies while its slot is not in place: `/srv/data` → `/srv/.data.belay-SXXXXXXXXXX`. */
export function parkedPathOf(path: string, slot: SlotId): string {
  const cut = path.lastIndexOf('/') + 1;
  return `${path.slice(0, cut)}.${path.slice(cut)}.belay-${slot}`;
}

/** The slot whose clone lies at a parked path; null where it is none. */
export const slotOfPath = (parkedPath: string): SlotId | null => /\.belay-(S[A-Z]{10})$/.exec(parkedPath)?.[1] ?? null;

/** Where what lies in a mount point is copied to, until the copy is whole: `/srv/.data.unfinished.belay-SXXXXXXXXXX`. */
export const unfinishedPathOf = (path: string, slot: SlotId): string => parkedPathOf(`${path}.unfinished`, slot);

/** The engine's name of a slot's nth volume: `belay-SXXXXXXXXXX-1`. */
export const slotVolumeName = (slot: SlotId, n: number): string => `belay-${slot}-${n}`;

/** Whether a path is of the form that Belay gives to what it makes: a parked bind mount, or inside one of its volumes. */
export const isBelaysPath = (path: string): boolean =>
  /\/\.[^/]+\.belay-S[A-Z]{10}$/.test(path) || /\/belay-S[A-Z]{10}-\d+(\/|$)/.test(path);
