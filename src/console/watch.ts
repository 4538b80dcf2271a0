import type { EventView } from '../api/contract/event-view.ts';
import type { OperationView } from '../api/contract/operation-views.ts';
import type { ApplianceView } from '../api/contract/system-views.ts';
import { newsOf } from './announcer.ts';
import { ApiError } from './api.ts';
import { LiveEvents } from './live-events.ts';
import * as model from './model.ts';

/** Health and drift are looked at so often where no event tells of them. */
const LOOK_AGAIN_MS = 20_000;
/** And so soon where a look has not been answered. */
const LOOK_SOON_MS = 2_000;

export type Connection = 'connecting' | 'live' | 'lost';

/** What is known of the daemon's system, and how it is kept up to date. */
export class Watch {
  /** Null until the daemon has said so. */
  isSignedIn: boolean | null = null;
  connection: Connection = 'connecting';
  appliances: readonly ApplianceView[] | null = null;
  chosen: string | null = null;
  known: model.Known | null = null;
  /** What runs, or has ended before the reader's eyes. */
  operation: OperationView | null = null;
  problem: ApiError | null = null;
  /** Whether what has failed is something that the reader wanted done, and not only a look. */
  isOfAction = false;
  readonly #live: LiveEvents;
  readonly #onChange: () => void;
  readonly #onNews: (text: string) => void;

  constructor({ onChange, onNews }: { onChange: () => void; onNews: (text: string) => void }) {
    this.#onChange = onChange;
    this.#onNews = onNews;
    this.#live = new LiveEvents({
      onEvent: (event) => this.#hear(event),
      onOpen: () => this.#opened(),
      onLost: () => this.#lost(),
      onSignedOut: () => this.leave(),
    });
  }

  start(): void {
    this.enter();
    setInterval(() => document.visibilityState === 'visible' && this.look(), LOOK_AGAIN_MS);
    window.addEventListener('online', () => {
      this.tryNow();
      this.look();
    });
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState !== 'visible') return;
      this.tryNow();
      this.look();
    });
  }

  /** With the session that there is; `leave` follows where there is none. */
  enter(): void {
    this.#live.start();
  }

  leave(): void {
    this.#live.stop();
    this.isSignedIn = false;
    this.connection = 'connecting';
    this.appliances = null;
    this.known = null;
    this.operation = null;
    this.problem = null;
    this.#onChange();
  }

  tryNow(): void {
    this.#live.tryNow();
  }

  choose(name: string): void {
    this.chosen = name;
    this.known = null;
    this.operation = null;
    this.look();
  }

  /** Asks for everything anew; `withVersions` for the registry's list as well. */
  look(withVersions = false): void {
    if (this.isSignedIn) void this.#learn(withVersions).catch((thrown) => this.#notLearnt(thrown));
  }

  /** Begun from this page: its events may have come before the answer. */
  begun(operation: OperationView): void {
    if (this.operation?.id !== operation.id) this.operation = operation;
    this.look();
  }

  async more(ask: (appliance: string, known: model.Known) => Promise<Partial<model.Known>>): Promise<void> {
    const { known } = this;
    if (!known) return;
    const more = await ask(known.system.appliance, known);
    if (this.known?.system.appliance === known.system.appliance) this.known = { ...this.known, ...more };
    this.#onChange();
  }

  /** Something that the reader wanted done has not been done. */
  troubled(thrown: unknown): void {
    this.isOfAction = true;
    this.#fail(thrown);
  }

  #notLearnt(thrown: unknown): void {
    this.isOfAction = false;
    this.#fail(thrown);
    if (this.connection === 'live' && this.problem?.status === 0) setTimeout(() => this.look(), LOOK_SOON_MS);
  }

  #fail(thrown: unknown): void {
    const error = thrown instanceof ApiError ? thrown : new ApiError(0, String(thrown), null);
    if (error.status === 401) {
      this.leave();
      return;
    }
    // That nothing answers is said already.
    if (error.status !== 0 || this.connection === 'live') this.problem = error;
    this.#onChange();
  }

  #opened(): void {
    this.isSignedIn = true;
    if (this.connection === 'lost') this.#onNews('The connection is back.');
    this.connection = 'live';
    this.look(true);
    this.#onChange();
  }

  #lost(): void {
    this.connection = 'lost';
    this.#onNews('Connection lost, trying again.');
    this.#onChange();
  }

  #hear(event: EventView): void {
    if (event.type !== 'operation') {
      this.look();
      return;
    }
    const { operation } = event;
    if (operation.appliance !== this.chosen) return;
    const isRunning = operation.state === 'running';
    if (isRunning || this.operation?.id === operation.id) {
      const news = newsOf(this.operation, operation);
      this.operation = operation;
      if (news !== null) this.#onNews(news);
    }
    if (!isRunning || this.known?.system.lastOperation?.id !== operation.id) this.look(!isRunning);
    this.#onChange();
  }

  async #learn(withVersions: boolean): Promise<void> {
    this.appliances = await model.appliances();
    if (!this.appliances.some(({ name }) => name === this.chosen)) this.chosen = this.appliances[0]?.name ?? null;
    const { chosen } = this;
    if (chosen !== null) {
      const known = await model.learn(chosen, this.known?.system.appliance === chosen ? this.known : null);
      if (chosen !== this.chosen) return;
      this.known = known;
      const last = known.system.lastOperation;
      if (last?.state === 'running' || (last && last.id === this.operation?.id)) this.operation = last;
      if (withVersions || known.versions === null) void this.#learnVersions(chosen);
    }
    this.problem = null;
    this.#onChange();
  }

  async #learnVersions(appliance: string): Promise<void> {
    const versions = await model.versions(appliance).catch(() => null);
    if (versions && this.known?.system.appliance === appliance) this.known = { ...this.known, versions };
    this.#onChange();
  }
}
