import { createServer, type Server } from 'node:net';
import type { Ground } from './ground.ts';

/** A lab holds 127.77.x.0/24 by listening here on its first address: two labs never share addresses. */
const CLAIM_PORT = 7077;
const HOSTS_PER_NET = 253;

/**
 * One loopback address for each running container, so that every one can have port 8080 of its own. Linux
 * answers on the whole of 127.0.0.0/8; elsewhere all share 127.0.0.1.
 */
export class Addresses {
  readonly #listen: Ground['listen'];
  readonly #nets: { prefix: string; claim: Server }[] = [];
  readonly #taken = new Set<string>();
  #next = 0;

  constructor({ listen }: Ground) {
    this.#listen = listen;
  }

  async take(): Promise<string> {
    if (process.platform !== 'linux') return '127.0.0.1';
    if (this.#taken.size >= this.#nets.length * HOSTS_PER_NET) this.#nets.push(await claimNet(this.#listen));
    for (;;) {
      const position = this.#next++ % (this.#nets.length * HOSTS_PER_NET);
      const net = this.#nets[Math.floor(position / HOSTS_PER_NET)];
      const address = `${net?.prefix}.${2 + (position % HOSTS_PER_NET)}`;
      if (this.#taken.has(address)) continue;
      this.#taken.add(address);
      return address;
    }
  }

  release(address: string): void {
    this.#taken.delete(address);
  }

  close(): void {
    for (const { claim } of this.#nets.splice(0)) claim.close();
  }
}

async function claimNet(listen: Ground['listen']): Promise<{ prefix: string; claim: Server }> {
  for (let net = 0; net < 256; net++) {
    const prefix = `127.77.${net}`;
    const claim = createServer();
    try {
      await listen(claim, { host: `${prefix}.1`, port: CLAIM_PORT });
      claim.unref();
      return { prefix, claim };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
  throw new Error('every address range of 127.77.0.0/16 is held by another lab');
}
