import type { Clock } from '../../src/domain/ports/clock.ts';

/** A clock that stands still until it is told: time passes, the wall clock is set, the machine is started anew. */
export class SetClock implements Clock {
  #wallMs = Date.parse('2026-11-21T02:00:00Z');
  #sinceBootMs = 5_000_000;
  #boot = 1;

  now = () => new Date(this.#wallMs);
  monotonicMs = () => this.#sinceBootMs;
  bootTime = () => ({ bootId: `boot-${this.#boot}`, sinceBootMs: this.#sinceBootMs });
  sleep = async (ms: number) => this.pass(ms);

  pass(ms: number): void {
    this.#wallMs += ms;
    this.#sinceBootMs += ms;
  }

  setWallClock(byMs: number): void {
    this.#wallMs += byMs;
  }

  /** `downMs` pass by the wall clock until it is up again. */
  reboot(downMs: number): void {
    this.#boot++;
    this.#wallMs += downMs;
    this.#sinceBootMs = 8_000;
  }
}
