import { AsyncLocalStorage } from 'node:async_hooks';

/** Whose code runs: a daemon or an engine. What it has waited for does not happen any more once it is dead. */
export interface Life {
  name: string;
  dead: boolean;
}

const lives = new AsyncLocalStorage<Life>();

export const living = <T>(life: Life, work: () => T): T => lives.run(life, work);

/** For what a dead one waits for. */
export const never = <T>(): Promise<T> => new Promise<T>(() => {});

/** 2026-01-05, a Monday. */
const BEGINNING_MS = Date.UTC(2026, 0, 5);

/** A timer of virtual time, with what Node's own has. */
export class VirtualTimer {
  dueMs = 0;
  order = 0;
  isSet = false;
  readonly delayMs: number;
  readonly repeats: boolean;
  readonly life: Life | undefined;
  readonly #action: () => void;
  readonly #time: VirtualTime;

  constructor(time: VirtualTime, delayMs: number, repeats: boolean, action: () => void) {
    this.#time = time;
    this.delayMs = delayMs;
    this.repeats = repeats;
    this.#action = action;
    this.life = lives.getStore();
  }

  fire(): void {
    if (this.life?.dead) return;
    if (this.repeats) this.#time.set(this);
    if (this.life) lives.run(this.life, this.#action);
    else this.#action();
  }

  refresh(): this {
    this.#time.set(this);
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return this.isSet;
  }
}

/** Time that stands still while anything runs, and jumps to the next timer when nothing does. */
export class VirtualTime {
  nowMs = 0;
  /** How far somebody has set the wall clock. */
  wallOffsetMs = 0;
  #order = 0;
  readonly #heap: VirtualTimer[] = [];

  get wallMs(): number {
    return BEGINNING_MS + this.wallOffsetMs + this.nowMs;
  }

  start(delayMs: number, repeats: boolean, action: () => void): VirtualTimer {
    const timer = new VirtualTimer(this, Math.max(1, Math.trunc(Number(delayMs)) || 1), repeats, action);
    this.set(timer);
    return timer;
  }

  set(timer: VirtualTimer): void {
    this.clear(timer);
    timer.dueMs = this.nowMs + timer.delayMs;
    timer.order = this.#order++;
    timer.isSet = true;
    this.#heap.push(timer);
    this.#rise(this.#heap.length - 1);
  }

  clear(timer: VirtualTimer | undefined): void {
    if (!timer?.isSet) return;
    timer.isSet = false;
    const index = this.#heap.indexOf(timer);
    const last = this.#heap.pop() as VirtualTimer;
    if (index >= this.#heap.length) return;
    this.#heap[index] = last;
    this.#rise(index);
    this.#sink(index);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.start(ms, false, resolve));
  }

  /** Jumps to the next timer and runs it. False where there is none. */
  advance(): boolean {
    const next = this.#heap[0];
    if (!next) return false;
    this.clear(next);
    this.nowMs = Math.max(this.nowMs, next.dueMs);
    next.fire();
    return true;
  }

  #before(a: number, b: number): boolean {
    const [left, right] = [this.#heap[a] as VirtualTimer, this.#heap[b] as VirtualTimer];
    return left.dueMs < right.dueMs || (left.dueMs === right.dueMs && left.order < right.order);
  }

  #swap(a: number, b: number): void {
    const kept = this.#heap[a] as VirtualTimer;
    this.#heap[a] = this.#heap[b] as VirtualTimer;
    this.#heap[b] = kept;
  }

  #rise(from: number): void {
    for (let index = from; index > 0; ) {
      const parent = (index - 1) >> 1;
      if (!this.#before(index, parent)) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  #sink(from: number): void {
    for (let index = from; ; ) {
      let least = index;
      for (const child of [2 * index + 1, 2 * index + 2]) {
        if (child < this.#heap.length && this.#before(child, least)) least = child;
      }
      if (least === index) return;
      this.#swap(index, least);
      index = least;
    }
  }
}
