import { damaged } from './tar-entry.ts';

/** Bytes that come in chunks, taken in pieces of any length. */
export class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #current: Buffer = Buffer.alloc(0);
  #offset = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Exactly so many bytes; null where nothing at all is left. */
  async takeOrEnd(length: number): Promise<Buffer | null> {
    if (this.#current.length - this.#offset >= length) return this.#slice(length);
    const parts: Buffer[] = [];
    for (let missing = length; missing > 0; ) {
      if (this.#offset === this.#current.length && !(await this.#next())) {
        if (missing === length) return null;
        throw damaged('it ends in the middle');
      }
      const part = this.#slice(Math.min(missing, this.#current.length - this.#offset));
      parts.push(part);
      missing -= part.length;
    }
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }

  async take(length: number): Promise<Buffer> {
    const taken = await this.takeOrEnd(length);
    if (taken === null && length > 0) throw damaged('it ends in the middle');
    return taken ?? Buffer.alloc(0);
  }

  /** At most so many bytes, at least one. */
  async takeSome(atMost: number): Promise<Buffer> {
    if (this.#offset === this.#current.length && !(await this.#next())) throw damaged('it ends in the middle');
    return this.#slice(Math.min(atMost, this.#current.length - this.#offset));
  }

  #slice(length: number): Buffer {
    const piece = this.#current.subarray(this.#offset, this.#offset + length);
    this.#offset += length;
    return piece;
  }

  async #next(): Promise<boolean> {
    for (;;) {
      const { value, done } = await this.#chunks.next();
      if (done) return false;
      if (value.length === 0) continue;
      this.#current = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
      this.#offset = 0;
      return true;
    }
  }
}
