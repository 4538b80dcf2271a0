import type { OperationView } from '../api/contract/operation-views.ts';
import { call, nowMs } from './api.ts';
import { type Child, h, morph } from './element.ts';
import * as model from './model.ts';
import { askAbort, askRollback, askUpgrade } from './questions.ts';
import { signInForm } from './sign-in.ts';
import { type ContentActions, content } from './views/content.ts';
import { topBar } from './views/frame.ts';
import { emptyPanel, problemPanel } from './views/problem.ts';
import { Watch } from './watch.ts';
import { SYSTEM_STATES } from './words.ts';

/** Ages and countdowns move by themselves. */
const TICK_MS = 1_000;

/** What is shown of what is known, and what its buttons do. */
export class Page {
  readonly #top: HTMLElement;
  readonly #main: HTMLElement;
  readonly #news: HTMLElement;
  readonly #watch: Watch;
  #isDrawing = false;

  constructor(parts: { top: HTMLElement; main: HTMLElement; news: HTMLElement }) {
    this.#top = parts.top;
    this.#main = parts.main;
    this.#news = parts.news;
    this.#watch = new Watch({ onChange: () => this.#draw(), onNews: (text) => this.#say(text) });
  }

  start(): void {
    this.#watch.chosen = decodeURIComponent(location.hash.slice(1)) || null;
    this.#watch.start();
    setInterval(() => this.#draw(), TICK_MS);
  }

  #choose(name: string): void {
    location.hash = encodeURIComponent(name);
    this.#watch.choose(name);
    this.#draw();
  }

  /** An operation that has begun is shown, and the reader is taken there. */
  async #begin(asked: Promise<OperationView | null>): Promise<void> {
    const operation = await asked;
    if (!operation) return;
    this.#watch.begun(operation);
    this.#drawNow();
    const title = document.getElementById('operation-title');
    title?.focus({ preventScroll: true });
    title?.scrollIntoView({ block: 'center' });
  }

  async #confirm(appliance: string): Promise<void> {
    const { version } = await model.confirm(appliance);
    this.#say(`${version} stays.`);
    this.#watch.look();
    document.getElementById('system-title')?.focus();
  }

  async #extend(appliance: string): Promise<void> {
    await model.extend(appliance, '10m');
    this.#say('It has 10 more minutes.');
  }

  async #abort(appliance: string): Promise<void> {
    const { operation } = this.#watch;
    if (operation && (await askAbort(appliance, operation))) this.#say('It goes back.');
  }

  async #signOut(): Promise<void> {
    await call('/console/sign-out', {}, {}).catch(() => null);
    this.#watch.leave();
  }

  #closeOperation(): void {
    this.#watch.operation = null;
    this.#drawNow();
    document.getElementById('system-title')?.focus();
  }

  #say(text: string): void {
    this.#news.textContent = text;
  }

  #draw(): void {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    requestAnimationFrame(() => {
      this.#isDrawing = false;
      this.#drawNow();
    });
  }

  #drawNow(): void {
    const { isSignedIn, connection, appliances, chosen, known } = this.#watch;
    const top = topBar({
      connection: isSignedIn === false ? null : connection,
      appliances: appliances ?? [],
      chosen,
      choose: (name) => this.#choose(name),
      tryNow: () => this.#watch.tryNow(),
      signOut: isSignedIn ? () => void this.#signOut() : null,
    });
    morph(this.#top, h('header', { class: 'top' }, top));
    if (isSignedIn === false) this.#drawSignIn();
    else morph(this.#main, h('main', { id: 'main', tabindex: -1 }, this.#content()));
    const title = known && `${known.system.version}, ${SYSTEM_STATES[known.system.state].text} – ${chosen}`;
    document.title = title ?? 'Belay';
  }

  /** Once: whoever types is not disturbed. */
  #drawSignIn(): void {
    if (this.#main.querySelector('.sign-in')) return;
    for (const dialog of document.querySelectorAll('dialog')) dialog.close();
    this.#main.replaceChildren(signInForm(() => this.#watch.enter()));
    document.getElementById('token')?.focus();
  }

  #content(): Child {
    const { appliances, known, operation, problem, isOfAction } = this.#watch;
    const isEmpty = appliances?.length === 0;
    return [
      problem && problemPanel(problem, known === null ? 'nothing is known' : isOfAction ? 'not done' : 'not learnt'),
      isEmpty && emptyPanel(),
      known && content({ known, operation }, nowMs(), this.#actions(known.system.appliance)),
      !known && !isEmpty && !problem && h('p', { class: 'quiet waiting' }, 'Looking at the system…'),
    ];
  }

  #actions(appliance: string): ContentActions {
    const watch = this.#watch;
    const guarded = (action: Promise<void>) => void action.catch((thrown) => watch.troubled(thrown));
    return {
      confirm: () => guarded(this.#confirm(appliance)),
      rollBack: (to) => guarded(this.#begin(askRollback(appliance, to))),
      upgrade: (version) => guarded(this.#begin(askUpgrade(appliance, version))),
      operation: {
        close: () => this.#closeOperation(),
        extend: () => guarded(this.#extend(appliance)),
        abort: () => guarded(this.#abort(appliance)),
      },
      showOlderReleases: () => guarded(watch.more(model.olderReleases)),
      showOlderHistory: () => guarded(watch.more(model.olderHistory)),
    };
  }
}
