import type { ArchiveStore } from './archive-store.ts';
import type { Clock } from './clock.ts';
import type { ContainerHost } from './container-host.ts';
import type { Journal } from './journal.ts';
import type { SlotStore } from './slot-store.ts';

/** All that an operation acts on. */
export interface World {
  journal: Journal;
  host: ContainerHost;
  slots: SlotStore;
  archives: ArchiveStore;
  clock: Clock;
}
