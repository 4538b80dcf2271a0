import type { ContainerRecord } from './records.ts';

/** Who waits for containers to end. */
export class Exits {
  readonly #listeners = new Map<string, Set<(exitCode: number) => void>>();

  next(record: ContainerRecord): Promise<number> {
    return new Promise((resolve) => {
      const listeners = this.#listeners.get(record.id) ?? new Set();
      this.#listeners.set(record.id, listeners.add(resolve));
    });
  }

  tell(record: ContainerRecord): void {
    const listeners = this.#listeners.get(record.id) ?? [];
    this.#listeners.delete(record.id);
    for (const listener of listeners) listener(record.state.ExitCode);
  }
}
