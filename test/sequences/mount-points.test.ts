import { expect, it } from 'vitest';
import type { SlotStore } from '../../src/domain/ports/slot-store.ts';
import { freshSlot, parkedPathOf, type Slot, type SlotMount } from '../../src/domain/slot.ts';
import { copiedAside, leftBehind } from '../../src/sequences/mount-points.ts';

const [OLD, NEW] = ['SAAAAAAAAAA', 'SBBBBBBBBBB'] as const;
const mount = (path: string, slot: string, more: Partial<SlotMount> = {}): SlotMount => ({
  ...{ key: path, kind: 'bind', volume: null, path, parkedPath: parkedPathOf(path, slot), identity: null },
  ...more,
});
const slot = (id: string, state: Slot['state'], mounts: SlotMount[]): Slot =>
  freshSlot({ id, appliance: 'acme', state, mounts, createdAt: new Date(0) });
/** /srv/disk is a mount point, and all data is in place. */
const slots = {
  obstacle: async (path: string) => (path === '/srv/disk' ? 'mount-point' : null),
  whereabouts: async () => 'in-place',
} as Pick<SlotStore, 'obstacle' | 'whereabouts'> as SlotStore;
const live = slot(OLD, 'live', [mount('/srv/disk', OLD), mount('/srv/plain', OLD)]);
const pathsAside = async (coming: Slot) => (await copiedAside(slots, live, coming)).map(({ path }) => path);

it('a clone of what lies in a mount point changes sides with it: nothing is copied aside', async () => {
  const clone = slot(NEW, 'preparing', live.mounts);
  expect(leftBehind(live, clone, mount('/srv/disk', NEW))).toEqual({ slot: OLD, as: 'alike' });
  expect(await pathsAside(clone)).toEqual([]);
});

it('what comes from a snapshot, or waits frozen, is not alike: what serves is copied aside first', async () => {
  const restored = mount('/srv/disk', NEW, { restoredFrom: { key: null, strip: '' } });
  expect(leftBehind(live, slot(NEW, 'preparing', [restored]), restored).as).toBe('kept');
  expect(await pathsAside(slot(NEW, 'preparing', [restored]))).toEqual(['/srv/disk']);
  expect(await pathsAside(slot(NEW, 'frozen', [mount('/srv/disk', NEW), mount('/srv/plain', NEW)]))).toEqual([
    '/srv/disk',
  ]);
});

it('what did not prove itself is given up', () => {
  const failed = slot(NEW, 'preparing', [mount('/srv/disk', NEW)]);
  expect(leftBehind(failed, live, mount('/srv/disk', OLD))).toEqual({ slot: NEW, as: 'abandoned' });
});

it('what nothing comes into stays where it is', async () => {
  expect(await pathsAside(slot(NEW, 'preparing', [mount('/srv/elsewhere', NEW)]))).toEqual([]);
  expect(await pathsAside(live)).toEqual([]);
});
