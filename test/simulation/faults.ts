import type { Chance } from './chance.ts';

/** What goes wrong, and how often it does. */
export const FAULTS = {
  'daemon killed': 30,
  'daemon stopped': 4,
  'power cut': 12,
  'engine killed': 9,
  'engine restarted': 4,
  'engine held': 5,
  'call fails': 12, // before it acts, or its answer is lost
  'call refused': 6,
  'call hangs': 5,
  'data access fails': 6,
  'journal full': 2,
  'clock set': 3,
  'registry down': 4,
  'image removed': 2,
  'old container removed': 1,
  'new container removed': 2,
  'old container stopped': 1,
  'new container stopped': 2,
  'clone removed': 2,
  'node killed': 10,
} as const;

export type FaultKind = keyof typeof FAULTS;
export type Port = 'engine' | 'slots' | 'journal';

/** Somebody has interfered: what stands still afterwards is not Belay's doing. */
const BY_HAND: readonly FaultKind[] = [
  'image removed',
  'old container removed',
  'new container removed',
  'old container stopped',
  'new container stopped',
  'clone removed',
];

/** Faults of one call, which may go wrong again and again. */
const LASTING: readonly FaultKind[] = ['call fails', 'call refused', 'call hangs', 'data access fails'];

export const isByHand = (kind: FaultKind): boolean => BY_HAND.includes(kind);

const ONLY_AT: Partial<Record<FaultKind, Port>> = {
  'call fails': 'engine',
  'call refused': 'engine',
  'call hangs': 'engine',
  'data access fails': 'slots',
  'journal full': 'journal',
};

/** A place where a fault can strike: one call at one of the daemon's ports. */
export interface Point {
  port: Port;
  call: string;
  /** Whether the call changes anything. */
  acts: boolean;
}

export interface Fault {
  kind: FaultKind;
  /** Once the call has acted, before its answer is known. */
  after: boolean;
  /** How often the same call goes wrong. */
  times: number;
}

interface PlannedFault extends Fault {
  /** `pre-copy`, or null for the first place that comes. */
  step: string | null;
  whileGoingBack: boolean;
  /** How many places are passed by. */
  countdown: number;
  onlyActs: boolean;
}

/** Decides where faults strike, and remembers where they did. */
export class Injector {
  /** `upgrade pre-copy`, `rollback start, going back` … */
  place = 'idle';
  step = '';
  isGoingBack = false;
  #planned: PlannedFault[] = [];
  #lasting: { call: string; fault: Fault } | null = null;
  readonly #chance: Chance;
  readonly #onStrike: (place: string, fault: Fault, point: Point) => void;

  constructor(chance: Chance, onStrike: Injector['strike']) {
    this.#chance = chance;
    this.#onStrike = onStrike;
  }

  /** Draws the faults of one operation: one somewhere in its steps, and more in what follows from it. */
  plan(steps: readonly string[]): void {
    const chance = this.#chance;
    const count = chance.pick([0, 1, 1, 1, 2, 2, 3, 4]);
    this.#planned = Array.from({ length: count }, (_, index) => ({
      kind: chance.weighted<FaultKind>(FAULTS),
      after: chance.happens(0.5),
      times: chance.pick([1, 1, 2, 3, 4]),
      step: index === 0 || chance.happens(0.3) ? chance.pick(steps) : null,
      whileGoingBack: chance.happens(0.2),
      // Some steps do little: what strikes late never strikes there.
      countdown: chance.between(1, index === 0 ? chance.pick([3, 8]) : 16),
      onlyActs: chance.happens(0.6),
    }));
  }

  /** Nothing more goes wrong. */
  calm(): void {
    this.#planned = [];
    this.#lasting = null;
  }

  at(point: Point): Fault | null {
    if (this.#lasting?.call === point.call) return this.#again(this.#lasting.fault, point);
    const [next] = this.#planned;
    if (!next || (next.onlyActs && !point.acts)) return null;
    if (next.step !== null && (next.step !== this.step || next.whileGoingBack !== this.isGoingBack)) return null;
    if (--next.countdown > 0) return null;
    if ((ONLY_AT[next.kind] ?? point.port) !== point.port) return null;
    this.#planned.shift();
    this.strike(this.place, next, point);
    if (LASTING.includes(next.kind)) this.#lasting = { call: point.call, fault: next };
    return next;
  }

  #again(fault: Fault, point: Point): Fault | null {
    if (--fault.times <= 0) {
      this.#lasting = null;
      return null;
    }
    this.strike(this.place, fault, point);
    return fault;
  }

  strike(place: string, fault: Fault, point: Point): void {
    this.#onStrike(place, fault, point);
  }
}
