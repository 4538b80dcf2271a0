import type { Client } from '../../api/client/client.ts';
import type { Candidate, Kind } from '../command.ts';

/** For so long a second TAB and the letters after it are answered from what the first one learnt. */
const FRESH_MS = 3000;

/** What there is just now, asked for once in a while instead of at each key. */
export class LiveValues {
  private readonly nowMs: () => number;
  private client: Client | null = null;
  private readonly known = new Map<Kind, { atMs: number; values: readonly Candidate[] }>();

  constructor(nowMs: () => number = () => performance.now()) {
    this.nowMs = nowMs;
  }

  /** Rejects as the daemon does; what failed is asked for again. */
  async of(kind: Kind, client: Client, signal: AbortSignal): Promise<readonly Candidate[]> {
    if (client !== this.client) this.known.clear();
    this.client = client;
    const known = this.known.get(kind);
    if (known && this.nowMs() - known.atMs < FRESH_MS) return known.values;
    const values = await kind.complete(client, signal);
    this.known.set(kind, { atMs: this.nowMs(), values });
    return values;
  }

  /** What a command may have changed has to be asked for again. */
  forget(): void {
    this.known.clear();
  }
}
