const CUT = Buffer.from('\n(…)\n');

/** Keeps the first and the last of what comes, at most `limitBytes` in all, and says where something is left out. */
export class HeadAndTail {
  readonly #halfBytes: number;
  #head: Buffer = Buffer.alloc(0);
  #tail: Buffer = Buffer.alloc(0);
  #isCut = false;

  constructor(limitBytes: number) {
    this.#halfBytes = Math.floor((limitBytes - CUT.length) / 2);
  }

  add(chunk: Buffer): void {
    const room = this.#halfBytes - this.#head.length;
    if (room > 0) this.#head = Buffer.concat([this.#head, chunk.subarray(0, room)]);
    const rest = Buffer.concat([this.#tail, chunk.subarray(Math.max(0, room))]);
    if (rest.length > this.#halfBytes) this.#isCut = true;
    this.#tail = Buffer.from(rest.subarray(Math.max(0, rest.length - this.#halfBytes)));
  }

  content(): Buffer {
    return Buffer.concat([this.#head, ...(this.#isCut ? [CUT] : []), this.#tail]);
  }
}
