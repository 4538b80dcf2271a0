import type { Output } from '../output.ts';

const SILENT_MS = 1_000;
const CLEARED = '\r\x1b[2K';

/** Says on a terminal that a command has shown nothing for a second or more; gone as soon as it does. */
export class WaitingLine {
  readonly #output: Output;
  readonly #write: (text: string) => void;
  #timer: NodeJS.Timeout | undefined;
  #seconds = 0;

  constructor(output: Output, write: (text: string) => void) {
    this.#output = output;
    this.#write = write;
  }

  start(): void {
    this.stop();
    if (!this.#output.isTerminal) return;
    this.#timer = setInterval(() => this.#show(), SILENT_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    if (this.#seconds > 0) this.#write(CLEARED);
    this.#seconds = 0;
  }

  /** The same output, behind which nothing of this is left. */
  get output(): Output {
    const { lines, errors } = this.#output;
    const behind =
      (show: Output['lines']): Output['lines'] =>
      (shown) => {
        this.stop();
        show(shown);
      };
    return Object.create(this.#output, {
      lines: { value: behind(lines) },
      errors: { value: behind(errors) },
    }) as Output;
  }

  #show(): void {
    this.#seconds++;
    this.#write(`${CLEARED}${this.#output.paint.faint(`Waiting for ${this.#seconds} s; Ctrl-C ends it.`)}`);
  }
}
