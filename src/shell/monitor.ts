import type { Client } from '../api/client/client.ts';
import { DOING } from '../api/contract/doing.ts';
import type { EventView } from '../api/contract/event-view.ts';
import type { OperationView } from '../api/contract/operation-views.ts';
import type { SystemView } from '../api/contract/system-views.ts';
import { Countdown } from './countdown.ts';
import { interventionNotices } from './views/confirmation.ts';
import { stateWords } from './views/operation.ts';

const RETRY_MS = 2000;
const LATE_EVENT_MS = 500;
/** Between two looks at an appliance that is not simply running: what ends that may not be told. */
const LOOK_AGAIN_MS = 5000;

export interface MonitorOptions {
  /** One that does not start a daemon: an idle session must not. */
  client: Client;
  user: string;
  /** The one that the session is in: the events of others are told, but are not its state. */
  appliance: string | null;
  onNotice(line: string): void;
  /** The appliance's state has changed, or has become known. */
  onState(): void;
  /** The countdown to a release that was not confirmed. */
  onTick(): void;
}

/** Listens while the session lasts: the state for the prompt, and what other sessions do. */
export class Monitor {
  /** Null until it is known. */
  state: SystemView['state'] | null = null;
  attention: SystemView['attention'] = [];
  /** The vendor's word for the prompt. */
  promptName: string | null = null;
  private readonly options: MonitorOptions;
  private readonly stopping = new AbortController();
  /** Until the release goes back that nobody has confirmed. */
  readonly unconfirmed: Countdown;
  /** What goes on; null where nothing does. */
  running: OperationView | null = null;
  private readonly operations = new Map<string, OperationView['state']>();
  /** How many interventions of an operation have been told. */
  private readonly told = new Map<string, number>();
  private readonly followed = new Set<string>();
  private looking: NodeJS.Timeout | null = null;
  /** How often it was asked how the appliance is, and which of these questions what is known answers. */
  private asked = 0;
  private known = 0;
  private busy = false;
  private freeSinceMs = Number.NEGATIVE_INFINITY;

  constructor(options: MonitorOptions) {
    this.options = options;
    this.unconfirmed = new Countdown(() => options.onTick());
  }

  start(): void {
    void this.listen();
    void this.refresh();
    this.looking = setInterval(() => {
      if (this.state !== 'running') void this.refresh();
      void this.lookForEnd();
    }, LOOK_AGAIN_MS).unref();
  }

  stop(): void {
    if (this.looking) clearInterval(this.looking);
    this.stopping.abort();
    this.unconfirmed.stop();
  }

  /** While a command of this session runs, what its own user starts is no news. */
  setBusy(busy: boolean): void {
    this.busy = busy;
    this.freeSinceMs = performance.now();
  }

  private isOwn(by: string | null | undefined): boolean {
    // The event of what a command did may come after the command's answer.
    const wasBusy = this.busy || performance.now() - this.freeSinceMs < LATE_EVENT_MS;
    return wasBusy && by === this.options.user;
  }

  /** The session shows this operation itself. */
  follow({ id }: OperationView): void {
    this.followed.add(id);
  }

  /** It does not any more: how the operation ends is news, also where no event told that it began. */
  detach(operation: OperationView): void {
    this.followed.delete(operation.id);
    this.operations.set(operation.id, 'running');
    this.running = operation;
    void this.lookForEnd();
  }

  /** Events get lost, as while the daemon is restarted. */
  private async lookForEnd(): Promise<void> {
    const { running } = this;
    if (!running) return;
    const seen = await this.options.client.upgradeStatus(running.id, this.stopping.signal).catch(() => null);
    if (!seen || this.stopping.signal.aborted) return;
    if (seen.state !== 'running') this.observe({ type: 'operation', operation: seen });
  }

  /** Asks anew how the appliance is. Keeps what was known where nobody answers. */
  async refresh(): Promise<void> {
    try {
      const asking = ++this.asked;
      const system = await this.options.client.system(this.stopping.signal);
      // Answers may overtake one another, and an event may be newer than one that is still under way.
      if (this.stopping.signal.aborted || asking < this.known) return;
      this.known = asking;
      this.attention = system.attention;
      const before = this.unconfirmed.text;
      this.unconfirmed.set(system.confirmation?.leftMs ?? null);
      if (system.state === this.state && before !== this.unconfirmed.text) this.options.onTick();
      this.promptName = system.promptName;
      this.setState(system.state);
    } catch {
      // No appliance yet, or no daemon: the next command will say so.
    }
  }

  private setState(state: SystemView['state']): void {
    if (state === this.state) return;
    this.state = state;
    this.options.onState();
  }

  private async listen(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        for await (const event of this.options.client.events(signal)) this.observe(event);
      } catch {
        // The daemon has gone; a command will say so, this only waits for it.
      }
      if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
    }
  }

  private tellOfHost(appliance: string, line: string): void {
    this.options.onNotice(`${appliance}: ${line}`);
    if (this.options.appliance === null || appliance === this.options.appliance) void this.refresh();
  }

  private observe(event: EventView): void {
    if (event.type === 'adopted') {
      if (!this.busy) this.options.onNotice(`${event.by} adopted ${event.appliance}.`);
      return;
    }
    if (event.type === 'confirmed') {
      const { endedBy, version } = event.confirmation;
      if (!this.isOwn(endedBy))
        this.options.onNotice(`${endedBy} has confirmed ${version} of ${event.appliance}: it stays.`);
      void this.refresh();
      return;
    }
    if (event.type === 'drift') {
      for (const { message } of event.appeared) this.tellOfHost(event.appliance, `${message} To see more: show system`);
      for (const { message } of event.cleared) this.tellOfHost(event.appliance, `over: ${message}`);
      return;
    }
    if (event.type === 'reconciled') {
      this.tellOfHost(event.appliance, event.message);
      return;
    }
    const { operation } = event;
    this.tellInterventions(operation);
    const before = this.operations.get(operation.id);
    this.operations.set(operation.id, operation.state);
    if (operation.state === 'running') this.running = operation;
    else if (this.running?.id === operation.id) this.running = null;
    if (operation.state === 'running') {
      const ours = this.options.appliance === null || operation.appliance === this.options.appliance;
      // What is being installed is no appliance yet, so it has no state.
      if (ours && operation.kind !== 'install') {
        this.known = ++this.asked;
        this.setState(DOING[operation.kind]);
      }
      if (before === undefined && !this.isOwn(operation.by)) this.options.onNotice(startLine(operation));
    } else if (before === 'running') {
      void this.refresh();
      if (!this.followed.has(operation.id)) this.options.onNotice(endLine(operation));
    }
  }

  private tellInterventions(operation: OperationView): void {
    const { id, interventions } = operation;
    // What was done before this session began is in its status.
    const known = this.told.get(id) ?? (this.operations.has(id) ? 0 : interventions.length);
    this.told.set(id, interventions.length);
    if (this.isOwn(interventions.at(-1)?.by) || this.followed.has(id)) return;
    for (const line of interventionNotices(operation, known)) this.options.onNotice(line);
  }
}

/** `the upgrade of acme from 2.0.4 to 2.1.0`. */
function named({ kind, appliance, from, to }: OperationView): string {
  if (kind === 'install') return `the installation of ${appliance} ${to}`;
  if (kind === 'move') return `to move the data of ${appliance}`;
  return `the ${kind} of ${appliance}${['repair', 'restore', 'change'].includes(kind) ? '' : ` from ${from} to ${to}`}`;
}

function startLine(operation: OperationView): string {
  const why = operation.reason === null ? '' : `${operation.reason} `;
  return `${why}${operation.by} has started ${named(operation)}. To watch it: show upgrade status watch`;
}

function endLine(operation: OperationView): string {
  const { kind, appliance, from, to, state } = operation;
  if (kind === 'install') return `The installation of ${appliance} ${to}: ${stateWords[state]}.`;
  if (kind === 'move') return `The move of the data of ${appliance}: ${stateWords[state]}.`;
  const runs = state === 'succeeded' && kind !== 'rehearsal' ? to : from;
  const now = state === 'needs-attention' ? 'To see why: show upgrade status' : `${appliance} runs ${runs}.`;
  const waits = operation.confirmation?.state === 'pending' ? ' It goes back unless: confirm system' : '';
  return `The ${kind} of ${appliance}${kind === 'repair' || kind === 'change' ? '' : ` to ${to}`}: ${stateWords[state]}. ${now}${waits}`;
}
