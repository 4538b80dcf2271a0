import { countdown, writeDuration } from '../domain/duration.ts';
import { gateDeadline, quietMs } from '../domain/gate-deadline.ts';
import { extendedMs } from '../domain/intervention.ts';
import { saysNews } from '../domain/log-news.ts';
import { DEFAULT_GATE, type GateRules, type ServiceSpec } from '../domain/service-spec.ts';
import type { StepContext } from '../domain/step.ts';
import { mustSlot } from './slot-pairs.ts';

const LOG_LINES = 50;
const MAX_LOOK_MS = 2_000;

/** What a gate waits by: until when, how long that may become, and whether the server gets anywhere meanwhile. */
export class Patience {
  readonly #context: StepContext;
  readonly #rules: GateRules;
  readonly #slotKeys: Set<string | null>;
  readonly #beganMs: number;
  readonly #said = new Set<string>();
  #movedMs: number;
  #moves: string[] = [];
  #pulse: string | null = null;
  #lookedMs: number | null = null;

  constructor(context: StepContext, service: ServiceSpec) {
    this.#context = context;
    // A release from an older journal lacks the rules that have come since.
    this.#rules = { ...DEFAULT_GATE, ...service.gate };
    this.#slotKeys = new Set(service.mounts.map(({ slotKey }) => slotKey));
    this.#beganMs = context.clock.monotonicMs();
    this.#movedMs = this.#beganMs;
  }

  /** Looks for progress, every now and then. */
  async look(containerId: string): Promise<void> {
    const { clock, host, signal } = this.#context;
    const nowMs = clock.monotonicMs();
    const isFirst = this.#lookedMs === null;
    const everyMs = Math.min(MAX_LOOK_MS, this.#rules.deadlineMs / 10);
    if (this.#lookedMs !== null && nowMs - this.#lookedMs < everyMs) return;
    this.#lookedMs = nowMs;
    const [lines, pulse] = await Promise.all([
      host.logTail(containerId, LOG_LINES, signal).catch(() => []),
      this.#dataPulse(),
    ]);
    const logMoves = saysNews(lines, this.#said);
    const dataMoves = pulse !== this.#pulse;
    this.#pulse = pulse;
    this.#moves = isFirst ? [] : [...(logMoves ? ['log'] : []), ...(dataMoves ? ['data'] : [])];
    if (this.#moves.length > 0) this.#movedMs = nowMs;
  }

  get isOver(): boolean {
    return this.#context.clock.monotonicMs() > this.#deadline().dueMs;
  }

  /** Nothing has moved for so long that a bad verdict of the server's own health check is to be believed. */
  get isQuiet(): boolean {
    return this.#context.clock.monotonicMs() - this.#movedMs > quietMs(this.#rules);
  }

  /** `health: starting; deadline 4:48`, `working: log moves; deadline 4:12, at most 1:55:00`. */
  detail(waitsFor: string): string {
    const nowMs = this.#context.clock.monotonicMs();
    const { dueMs, lastMs } = this.#deadline();
    const what = this.#moves.length === 0 ? waitsFor : `working: ${this.#moves.join(' and ')} ${this.#verb()}`;
    const limit = this.#movedMs > this.#beganMs ? `, at most ${countdown(lastMs - nowMs)}` : '';
    return `${what}; deadline ${countdown(dueMs - nowMs)}${limit}`;
  }

  /** Why the wait has ended, for the end of a sentence. */
  verdict(): string {
    const nowMs = this.#context.clock.monotonicMs();
    const waited = `it did not get healthy within ${writeDuration(roundedMs(nowMs - this.#beganMs))}`;
    if (this.#movedMs === this.#beganMs) return waited;
    const isLast = nowMs > this.#deadline().lastMs;
    return isLast
      ? `${waited}, which is the limit`
      : `${waited}, and nothing has moved for ${writeDuration(roundedMs(nowMs - this.#movedMs))}`;
  }

  #deadline(): { dueMs: number; lastMs: number } {
    const time = { beganMs: this.#beganMs, movedMs: this.#movedMs, extendedMs: extendedMs(this.#context.facts()) };
    return gateDeadline(this.#rules, time);
  }

  #verb(): string {
    return this.#moves.length > 1 ? 'move' : this.#moves[0] === 'log' ? 'moves' : 'changes';
  }

  /** Of what the service mounts and its release has for itself. Where it cannot be looked at, nothing moves. */
  async #dataPulse(): Promise<string> {
    const { journal, slots, to, signal } = this.#context;
    const mounts = mustSlot(journal, to.slot).mounts.filter(({ key }) => this.#slotKeys.has(key));
    const pulses = mounts.map(async (mount) => slots.pulse(await slots.locate(mount), signal).catch(() => ''));
    return (await Promise.all(pulses.map((pulse) => pulse.catch(() => '')))).join(' ');
  }
}

const roundedMs = (ms: number): number => Math.max(1_000, Math.round(ms / 1_000) * 1_000);
