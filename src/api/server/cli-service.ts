import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { CliChange, CliPackage } from '../../domain/cli-release.ts';
import { BelayError } from '../../domain/errors.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import { heldBy } from '../../domain/takeover.ts';
import { Installation } from '../../installation/installation.ts';
import type { SqliteJournal } from '../../journal/sqlite-journal.ts';
import type { CliReleasesView } from '../contract/cli-releases.ts';

const START_TIMEOUT_MS = 20_000;

/** Another release that the daemon is to become. */
export interface Handover {
  installation: Installation;
  version: string;
  change: CliChange;
}

export interface CliServiceOptions {
  journal: SqliteJournal;
  clock: Clock;
  /** The file and the version of the daemon that runs. */
  program: string;
  version: string;
  /** Work beside what runs, which a handover would cut off. */
  runningJobs: () => { kind: string }[];
  handOver: (handover: Handover) => void;
}

/** Belay's own releases: brought, checked, and changed over to between operations. */
export class CliService {
  readonly #options: CliServiceOptions;
  #isChanging = false;

  constructor(options: CliServiceOptions) {
    this.#options = options;
  }

  async view(): Promise<CliReleasesView> {
    const { program, version } = this.#options;
    const installation = Installation.of(program);
    const releases = (await installation?.releases()) ?? [];
    return {
      root: installation?.root ?? null,
      running: version,
      previous: (await installation?.previous()) ?? null,
      releases: releases.map((release) => ({
        version: release.version,
        installed: release.installedAt.toISOString(),
        isCurrent: release.isCurrent,
        problem: this.#problemOf(release)?.message ?? null,
      })),
      changes: (installation?.changes() ?? []).toReversed(),
    };
  }

  /** To a release that is here, or whose package lies at `from`. */
  async update(request: { version: string; from?: string | undefined; by: string }): Promise<Handover> {
    const installation = this.#mustInstallation();
    return this.#change(installation, request.by, () =>
      request.from === undefined
        ? installation.verify(request.version)
        : installation.add(request.from, request.version),
    );
  }

  async rollback(request: { version?: string | undefined; by: string }): Promise<Handover> {
    const installation = this.#mustInstallation();
    const version = request.version ?? (await installation.previous());
    if (version === null) {
      throw new BelayError('not-found', 'There is no earlier release of Belay here to go back to.', {
        hint: 'See which there are: show cli releases',
      });
    }
    return this.#change(installation, request.by, () => installation.verify(version));
  }

  /** Puts the release that runs into a directory of its own, from where it goes on. */
  async install(request: { directory: string; by: string }): Promise<Handover> {
    const { program, version } = this.#options;
    const present = Installation.of(program);
    if (present) {
      throw new BelayError('refused', `Belay is installed already, in ${present.root}.`, {
        hint: 'To bring another release: update cli VERSION from FILE',
      });
    }
    const installation = new Installation(request.directory);
    return this.#change(installation, request.by, () => installation.add(dirname(dirname(program)), version));
  }

  async #change(installation: Installation, by: string, bring: () => Promise<CliPackage>): Promise<Handover> {
    this.#refuseWhileBusy();
    this.#isChanging = true;
    try {
      const chosen = await bring();
      await this.#refuseUnfit(installation, chosen);
      await this.#options.journal.backup();
      this.#refuseOperations();
      const { version } = chosen;
      const at = this.#options.clock.now().toISOString();
      const change = { from: installation.current(), to: version, by, at, outcome: 'begun' as const, reason: null };
      await installation.note(change);
      const handover = { installation, version, change };
      this.#options.handOver(handover);
      return handover;
    } catch (thrown) {
      this.#isChanging = false;
      throw thrown;
    }
  }

  async #refuseUnfit(installation: Installation, chosen: CliPackage): Promise<void> {
    const { version } = chosen;
    if (version === this.#options.version && installation.current() === version) {
      throw new BelayError('refused', `Belay ${version} runs already.`, { hint: 'See the others: show cli releases' });
    }
    const problem = this.#problemOf(chosen);
    if (problem) throw problem;
    const said = await promisify(execFile)(process.execPath, [installation.programOf(version), '--version'], {
      timeout: START_TIMEOUT_MS,
      env: { PATH: process.env['PATH'] ?? '' },
    }).then(
      ({ stdout }) => stdout.trim(),
      (thrown: { stderr?: string; message: string }) => thrown.stderr?.trim().split('\n').at(-1) || thrown.message,
    );
    if (said === `belay ${version}`) return;
    throw new BelayError('refused', `Belay ${version} does not start here: ${said.slice(0, 300)}.`, {
      hint: `Nothing has been changed: ${this.#options.version} goes on.`,
    });
  }

  /** Why a release cannot run on this host, on this journal. */
  #problemOf({ version, leastNode, journalFormat }: CliPackage): BelayError | null {
    const node = process.versions.node;
    if (Number.parseInt(node, 10) < leastNode) {
      return new BelayError('refused', `Belay ${version} needs Node ${leastNode} or later; here is ${node}.`, {
        hint: `Install it, then type the command again. ${this.#options.version} goes on.`,
      });
    }
    if (journalFormat >= this.#options.journal.formatNeeded) return null;
    return new BelayError(
      'refused',
      `Belay ${version} cannot read the journal any more: a later release has changed it.`,
      {
        hint: `Go to a release that can: show cli releases. ${this.#options.version} goes on.`,
      },
    );
  }

  #mustInstallation(): Installation {
    const { program } = this.#options;
    const installation = Installation.of(program);
    if (installation) return installation;
    throw new BelayError('refused', `This Belay was not installed: it runs from ${dirname(dirname(program))}.`, {
      hint: 'From its unpacked package, install it: install cli /opt/belay',
    });
  }

  #refuseWhileBusy(): void {
    if (this.#isChanging) {
      throw new BelayError('busy', 'Belay is changing over to another release of itself.', {
        hint: 'See how it ended: show cli releases',
      });
    }
    this.#refuseOperations();
    const [job] = this.#options.runningJobs();
    if (!job) return;
    throw new BelayError('busy', `The daemon is still at work on something (${job.kind}).`, {
      hint: 'Type the command again when that is done.',
    });
  }

  #refuseOperations(): void {
    const [running] = this.#options.journal.unfinished();
    if (running) throw heldBy(running);
  }
}
