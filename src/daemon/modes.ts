import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { ConsoleView } from '../api/contract/console.ts';
import type { Handover } from '../api/server/cli-service.ts';
import type { JournalKeeper } from '../api/server/journal-keeper.ts';
import { createUnusableApp } from '../api/server/unusable-app.ts';
import { DockerHost } from '../docker/docker-host.ts';
import { BelayError, toBelayError } from '../domain/errors.ts';
import type { JournalReport, JournalRestored } from '../domain/journal-report.ts';
import { listCopies } from '../journal/copies.ts';
import { type DaemonLock, lockState } from '../journal/daemon-lock.ts';
import { mayPass, troubleOf, unwritable } from '../journal/failures.ts';
import { chooseCopy, restoreCopy } from '../journal/restore.ts';
import { SqliteJournal } from '../journal/sqlite-journal.ts';
import { keyFileOf } from '../journal/vault.ts';
import { findStrangers } from '../sequences/strangers.ts';
import type { Fetch, Mode } from './mode.ts';
import { workingMode } from './working.ts';

/** How often a disk that is full or read-only is tried again. */
const RETRY_MS = 5_000;

export interface ModesOptions {
  home: string;
  version: string;
  /** The file that this daemon runs from. */
  program: string;
  log: Logger;
  /** Another release of Belay is to go on. */
  handOver: (handover: Handover) => void;
  showConsole: () => ConsoleView;
}

/**
 * Opens the journal as well as it can be opened, and makes the daemon after it: all of it; one that only shows,
 * where nothing can be written; or one that answers for the journal alone. It changes from one to another without
 * a new start: when a disk has room again, and when a copy is restored.
 */
export class DaemonModes implements JournalKeeper {
  readonly #options: ModesOptions;
  readonly #path: string;
  #lock: DaemonLock | null = null;
  #journal: SqliteJournal | null = null;
  #trouble: BelayError | null = null;
  #mode: Mode | null = null;
  #retry: NodeJS.Timeout | undefined;
  #isChanging = false;

  constructor(options: ModesOptions) {
    this.#options = options;
    this.#path = join(options.home, 'journal.db');
  }

  fetch: Fetch = (request, env) => this.#mustMode().fetch(request, env);

  /** Throws `refused` where another daemon works on the same state. */
  open(): void {
    try {
      this.#become(this.#openForWriting(), null);
    } catch (thrown) {
      const trouble = toBelayError(thrown);
      if (trouble.code === 'refused') throw trouble;
      this.#openForReading(trouble);
    }
  }

  begin(): void {
    this.#mustMode().begin();
  }

  async close(): Promise<void> {
    this.#isChanging = true;
    clearTimeout(this.#retry);
    await this.#mode?.stop();
    this.#lock?.release();
  }

  async check(): Promise<JournalReport> {
    // Somebody may have put a journal back by hand.
    if (!this.#journal) await this.#tryAgain();
    const journal = this.#journal;
    const trouble = journal?.trouble ?? this.#trouble;
    return {
      path: this.#path,
      state: journal ? (trouble ? 'read-only' : 'usable') : 'unusable',
      trouble: trouble && { message: trouble.message, hint: mayPass(trouble) ? trouble.hint : this.#remedy() },
      sizeBytes: statSync(this.#path, { throwIfNoEntry: false })?.size ?? null,
      secretsKey: existsSync(keyFileOf(this.#path)) ? keyFileOf(this.#path) : null,
      knows: journal?.knowledge() ?? null,
      problems: journal?.problems() ?? [],
      strangers: journal ? await findStrangers({ journal, host: new DockerHost() }).catch(() => []) : [],
      copies: listCopies(this.#path),
    };
  }

  async restore(number?: number): Promise<JournalRestored> {
    const copy = chooseCopy(this.#path, number);
    const report = await this.check();
    const trouble = this.#journal?.trouble ?? this.#trouble;
    if (mayPass(trouble)) throw trouble;
    if (report.state === 'usable' && report.problems.length === 0) {
      throw new BelayError('refused', 'The journal is sound, so no copy is put in its place.', {
        hint: 'Look at it: journal check',
      });
    }
    if (this.#isChanging) throw new BelayError('busy', 'The journal is being restored already.');
    this.#isChanging = true;
    let setAside: string | null = null;
    try {
      await this.#mode?.stop();
      setAside = restoreCopy(this.#path, copy);
      this.#options.log.warn({ copy: copy.number, setAside }, 'the journal was restored from a copy');
    } finally {
      this.open();
      this.begin();
      this.#isChanging = false;
    }
    return { copy, setAside, report: await this.check() };
  }

  #remedy(): string | null {
    try {
      return `Put the newest copy that is sound (${chooseCopy(this.#path).number}) in its place: journal restore`;
    } catch (thrown) {
      return toBelayError(thrown).hint;
    }
  }

  #openForWriting(): SqliteJournal {
    this.#lock ??= lockState(join(this.#options.home, 'daemon.lock'));
    if (!this.#lock) throw unwritable(this.#options.home);
    return new SqliteJournal(this.#path);
  }

  #openForReading(trouble: BelayError): void {
    this.#options.log.error({ kind: troubleOf(trouble) }, trouble.message);
    if (!mayPass(trouble)) {
      this.#become(null, trouble);
      return;
    }
    try {
      this.#become(new SqliteJournal(this.#path, trouble), trouble);
    } catch (thrown) {
      const second = toBelayError(thrown);
      this.#become(null, troubleOf(second) === 'lost' ? trouble : second);
    }
    this.#retryLater();
  }

  #become(journal: SqliteJournal | null, trouble: BelayError | null): void {
    const { home, version, log, program, handOver, showConsole } = this.#options;
    this.#journal = journal;
    this.#trouble = trouble;
    if (journal) {
      this.#mode = workingMode({ home, version, log, journal, keeper: this, program, handOver, showConsole });
      return;
    }
    const app = createUnusableApp({
      trouble: trouble as BelayError,
      daemon: { version, pid: process.pid, home },
      keeper: this,
      onError: ({ code, message }, request) => log.warn({ code, ...request }, message),
    });
    this.#mode = { fetch: (request, env) => app.fetch(request, env), begin: () => {}, stop: async () => {} };
  }

  #retryLater(): void {
    this.#retry = setTimeout(() => void this.#tryAgain().then((done) => done || this.#retryLater()), RETRY_MS);
    this.#retry.unref();
  }

  /** Whether the daemon has all its powers now. */
  async #tryAgain(): Promise<boolean> {
    if (this.#isChanging) return false;
    try {
      const journal = this.#openForWriting();
      this.#isChanging = true;
      await this.#mode?.stop();
      this.#become(journal, null);
      this.begin();
      this.#options.log.info('the journal can be written again');
      return true;
    } catch {
      return false;
    } finally {
      this.#isChanging = false;
    }
  }

  #mustMode(): Mode {
    if (!this.#mode) throw new Error('the daemon has not opened its journal');
    return this.#mode;
  }
}
