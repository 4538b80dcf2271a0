import type { SlotStore } from '../../domain/ports/slot-store.ts';
import type { Slot } from '../../domain/slot.ts';

const LIVE_SIZE_LIFETIME_MS = 30_000;

/** How large slots are, without making anybody wait for it: a frozen one is measured once, a live one now and then. */
export class SlotSizes {
  readonly #slots: SlotStore;
  readonly #known = new Map<string, { sizeBytes: number; atMs: number; frozen: boolean }>();
  readonly #measuring = new Map<string, Promise<void>>();

  constructor(slots: SlotStore) {
    this.#slots = slots;
  }

  /** In bytes; null where measuring takes longer than `patienceMs` (it goes on for the next time). */
  async of(slot: Slot, patienceMs: number): Promise<number | null> {
    if (slot.archive) return slot.archive.sizeBytes;
    const known = this.#known.get(slot.id);
    const frozen = slot.state === 'frozen';
    const fresh = known && ((known.frozen && frozen) || performance.now() - known.atMs < LIVE_SIZE_LIFETIME_MS);
    if (!fresh) {
      const patience = new AbortController();
      const timer = setTimeout(() => patience.abort(), patienceMs);
      const impatient = new Promise<void>((resolve) => patience.signal.addEventListener('abort', () => resolve()));
      await Promise.race([this.#measure(slot), impatient]);
      clearTimeout(timer);
    }
    return this.#known.get(slot.id)?.sizeBytes ?? null;
  }

  #measure(slot: Slot): Promise<void> {
    const underWay = this.#measuring.get(slot.id);
    if (underWay) return underWay;
    const measuring = this.#sum(slot)
      .then((sizeBytes) => {
        this.#known.set(slot.id, { sizeBytes, atMs: performance.now(), frozen: slot.state === 'frozen' });
      })
      .catch(() => undefined) // no size is shown where the data cannot be read
      .finally(() => this.#measuring.delete(slot.id));
    this.#measuring.set(slot.id, measuring);
    return measuring;
  }

  async #sum(slot: Slot): Promise<number> {
    let sizeBytes = 0;
    for (const mount of slot.mounts)
      sizeBytes += (await this.#slots.measure(await this.#slots.locate(mount))).sizeBytes;
    return sizeBytes;
  }
}
