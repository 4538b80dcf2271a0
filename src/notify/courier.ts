import { toBelayError } from '../domain/errors.ts';
import { COMMAND_TARGET, type Delivery, type NoticeTarget } from '../domain/notice.ts';
import type { NoticeEvent, NotifyRules } from '../domain/notify-rules.ts';
import type { Clock } from '../domain/ports/clock.ts';
import type { Journal } from '../domain/ports/journal.ts';
import { noticeOf, testNotice } from './notice-of.ts';
import { NOT_NAMED, type Send, type SendFailure } from './sender.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** After each failed attempt; after the last one, some two days after the first, it is given up. */
const PAUSES_MS = [
  5_000,
  30_000,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
  24 * HOUR_MS,
];
const LONGEST_PAUSE_MS = 24 * HOUR_MS;
const TICK_MS = 1_000;
const MOST_AT_ONCE = 8;

export interface CourierOptions {
  journal: Journal;
  clock: Clock;
  send: Send;
  onTrouble: (message: string) => void;
}

/**
 * Tells others what happens, from what is in the journal alone: an operation neither waits for it nor knows of it, and what
 * one daemon did not get delivered the next one tries again.
 */
export class Courier {
  readonly #options: CourierOptions;
  readonly #underWay = new Map<number, Promise<void>>();
  #wake: () => void = () => {};

  constructor(options: CourierOptions) {
    this.#options = options;
  }

  /** Something may have happened. */
  wake(): void {
    this.#wake();
  }

  /** A notice that tells nothing, to everybody who would be told. Returns to whom. */
  tryOut(appliance: string, by: string): NoticeTarget[] {
    const { journal, clock } = this.#options;
    const targets = targetsOf(journal.appliance(appliance)?.policy.notify, 'test');
    journal.notices.add(testNotice(appliance, by, clock.now()), targets);
    this.wake();
    return targets;
  }

  /** Until the signal aborts; what is under way then is tried again by the next daemon. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, onTrouble } = this.#options;
    while (!signal.aborted) {
      try {
        this.tick(signal);
      } catch (thrown) {
        onTrouble(toBelayError(thrown).message); // the journal cannot be written just now
      }
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await Promise.race([woken, clock.sleep(TICK_MS, signal).catch(() => undefined)]);
    }
    await Promise.all(this.#underWay.values());
  }

  /** Notes what has to be told, and begins to deliver what is due. */
  tick(signal: AbortSignal): void {
    const { journal, clock } = this.#options;
    for (const operation of journal.notices.untold()) {
      const notice = noticeOf(journal, operation, clock.now());
      const rules = journal.appliance(operation.appliance)?.policy.notify;
      journal.notices.tell(operation.id, operation.state, notice, targetsOf(rules, notice.event));
    }
    for (const delivery of this.#due()) {
      if (this.#underWay.size >= MOST_AT_ONCE) break;
      if (!this.#underWay.has(delivery.sequenceNumber)) this.#begin(delivery, signal);
    }
  }

  /** A pause that is longer than any is one of a clock that has been set back. */
  #due(): Delivery[] {
    const { journal, clock } = this.#options;
    const at = clock.now();
    return journal.notices.due(at, new Date(at.getTime() + LONGEST_PAUSE_MS + MINUTE_MS));
  }

  #begin(delivery: Delivery, signal: AbortSignal): void {
    const { onTrouble } = this.#options;
    const done = this.#deliver(delivery, signal)
      .catch((thrown) => signal.aborted || onTrouble(toBelayError(thrown).message))
      .then(() => {
        this.#underWay.delete(delivery.sequenceNumber);
        this.wake();
      });
    this.#underWay.set(delivery.sequenceNumber, done);
  }

  async #deliver(delivery: Delivery, signal: AbortSignal): Promise<void> {
    const { journal, clock, send } = this.#options;
    const { sequenceNumber, target, notice, attempts } = delivery;
    const appliance = journal.appliance(notice.appliance);
    const failure: SendFailure = appliance ? await send(appliance, target, notice, signal) : NOT_NAMED;
    const at = clock.now();
    if (failure === null) return journal.notices.delivered(sequenceNumber, at);
    const pauseMs = failure.isFinal ? undefined : PAUSES_MS[attempts];
    const nextAt = pauseMs === undefined ? null : new Date(at.getTime() + pauseMs);
    journal.notices.failed(sequenceNumber, { error: failure.error, at, nextAt });
  }
}

/** Whom the rules want told of an event. The command hears of every end. */
function targetsOf(rules: NotifyRules | undefined, event: NoticeEvent): NoticeTarget[] {
  if (!rules) return [];
  const asked = rules.webhooks.filter(({ events }) => event === 'test' || events.includes(event));
  const command = rules.command && event !== 'started' ? [COMMAND_TARGET] : [];
  return [...asked.map(({ url }) => url), ...command];
}
