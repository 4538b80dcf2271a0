import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { newSlotId } from '../../../src/domain/ids.ts';
import type { ArchiveStore } from '../../../src/domain/ports/archive-store.ts';
import type { Slot, SlotArchive, SlotMount } from '../../../src/domain/slot.ts';
import { identityAt } from '../../../src/slots/mount-note.ts';
import { aRelease, aSlot } from '../../support/specimens.ts';

/** A frozen slot of volumes that lie in these directories. */
export async function slotOf(...paths: string[]): Promise<Slot> {
  const id = newSlotId();
  const mounts = await Promise.all(
    paths.map(async (path, index): Promise<SlotMount> => {
      const volume = `belay-${id}-${index + 1}`;
      return {
        key: `volume:${index}`,
        kind: 'volume',
        volume,
        path,
        parkedPath: null,
        identity: await identityAt(path),
      };
    }),
  );
  return aSlot({ id, mounts, state: 'frozen', frozenAt: new Date('2026-11-20T01:02:03Z') });
}

const never = new AbortController().signal;
const quietly = () => {};

export async function pack(store: ArchiveStore, slot: Slot, path = store.pathOf(slot)): Promise<SlotArchive> {
  return store.pack(slot, aRelease({ slot: slot.id }), path, quietly, never);
}

/** Unpacks the nth mount of an archive into a new directory. */
export async function unpack(store: ArchiveStore, archive: SlotArchive, to: string, n = 0): Promise<void> {
  mkdirSync(to);
  await store.unpack(archive, [{ key: `volume:${n}`, to, strip: '', like: null }], quietly, never);
}

export const importInto = (store: ArchiveStore, file: string, directory: string, quotaBytes = 1 << 30) =>
  store.import(file, join(directory, 'imported.belay'), quotaBytes, quietly, never);
