import { countdownText } from '../api/contract/duration-text.ts';

const SECOND_MS = 1_000;

/** Time that runs out, by a clock that nobody can set, with a call for each second of it. */
export class Countdown {
  private readonly onTick: () => void;
  private readonly nowMs: () => number;
  private dueMs: number | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(onTick: () => void, nowMs: () => number = () => performance.now()) {
    this.onTick = onTick;
    this.nowMs = nowMs;
  }

  /** Null where nothing runs out. */
  set(leftMs: number | null): void {
    this.dueMs = leftMs === null ? null : this.nowMs() + leftMs;
    if (this.dueMs === null) this.stop();
    else this.timer ??= setInterval(this.onTick, SECOND_MS).unref();
  }

  stop(): void {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
  }

  /** `9:32`; null where nothing runs out. */
  get text(): string | null {
    return this.dueMs === null ? null : countdownText(this.dueMs - this.nowMs());
  }
}
