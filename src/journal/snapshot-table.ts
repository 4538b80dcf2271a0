import type { SQLInputValue } from 'node:sqlite';
import { BelayError } from '../domain/errors.ts';
import type { SlotId } from '../domain/ids.ts';
import type { Job, JobKind } from '../domain/job.ts';
import type { Snapshots } from '../domain/ports/snapshots.ts';
import type { Release } from '../domain/release.ts';
import type { Slot, SlotArchive } from '../domain/slot.ts';
import { heldBy } from '../domain/takeover.ts';
import { type Row, readOperation, readSlot } from './rows.ts';
import type { Vault } from './vault.ts';

/** What the journal lends to this table. */
interface Lent {
  vault: Vault;
  all(sql: string, ...values: SQLInputValue[]): Row[];
  run(sql: string, ...values: SQLInputValue[]): void;
  transaction<T>(work: () => T): T;
  insertSlot(slot: Slot): void;
  insertRelease(release: Release): void;
}

/** Slots that become archives, come as archives, and go; and the jobs that do it. */
export class SnapshotTable implements Snapshots {
  readonly #journal: Lent;

  constructor(journal: Lent) {
    this.#journal = journal;
  }

  archived(id: SlotId, archive: SlotArchive): void {
    this.#journal.transaction(() => {
      this.#mustBeFree(id, ['frozen']);
      this.#journal.run(
        "UPDATE slot SET state = 'archived', archive = ?, leftovers = 1 WHERE id = ?",
        JSON.stringify(archive),
        id,
      );
    });
  }

  discarded(id: SlotId): void {
    this.#journal.transaction(() => {
      this.#mustBeFree(id, ['frozen', 'archived']);
      this.#journal.run("UPDATE slot SET state = 'discarded', leftovers = 1 WHERE id = ?", id);
    });
  }

  withLeftovers(): Slot[] {
    return this.#journal.all('SELECT * FROM slot WHERE leftovers = 1 ORDER BY created_at').map(readSlot);
  }

  cleared(id: SlotId): void {
    this.#journal.transaction(() => this.#journal.run('UPDATE slot SET leftovers = 0 WHERE id = ?', id));
  }

  imported(slot: Slot, release: Release | null): void {
    this.#journal.transaction(() => {
      this.#journal.insertSlot(slot);
      if (!release) return;
      const [known] = this.#journal.all('SELECT * FROM appliance WHERE name = ?', release.appliance);
      this.#journal.insertRelease({ ...release, status: known ? 'imported' : 'active' });
      if (known) return;
      this.#journal.run(
        'INSERT INTO appliance (name, active, created_at) VALUES (?, ?, ?)',
        release.appliance,
        release.id,
        release.createdAt.toISOString(),
      );
    });
  }

  begin(job: Job): void {
    this.#journal.transaction(() =>
      this.#journal.run(
        'INSERT INTO job (id, kind, appliance, snapshot, file, by, state, started_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        job.id,
        job.kind,
        job.appliance,
        job.snapshot,
        job.file,
        job.by,
        job.state,
        job.startedAt.toISOString(),
      ),
    );
  }

  end(
    id: string,
    state: 'done' | 'failed',
    outcome: Pick<Job, 'message' | 'hint' | 'snapshot' | 'appliance'>,
    at: Date,
  ): void {
    this.#journal.transaction(() =>
      this.#journal.run(
        'UPDATE job SET state = ?, message = ?, hint = ?, snapshot = ?, appliance = ?, ended_at = ? WHERE id = ?',
        state,
        outcome.message,
        outcome.hint,
        outcome.snapshot,
        outcome.appliance,
        at.toISOString(),
        id,
      ),
    );
  }

  job(id: string): Job | null {
    const [row] = this.#journal.all('SELECT * FROM job WHERE id = ?', id);
    return row ? readJob(row) : null;
  }

  unfinishedJobs(): Job[] {
    return this.#journal.all("SELECT * FROM job WHERE state = 'running' ORDER BY sequence_number").map(readJob);
  }

  #mustBeFree(id: SlotId, states: Slot['state'][]): void {
    const [row] = this.#journal.all('SELECT * FROM slot WHERE id = ?', id);
    const slot = row ? readSlot(row) : null;
    if (!slot || !states.includes(slot.state)) {
      throw new BelayError('refused', `The snapshot ${id} is not what it was.`, {
        hint: 'See what there is: show snapshots',
      });
    }
    const [holder] = this.#journal.all(
      "SELECT * FROM operation WHERE appliance = ? AND state = 'running'",
      slot.appliance,
    );
    if (holder) throw heldBy(readOperation(holder, this.#journal.vault));
  }
}

const textOrNull = (value: unknown) => value as string | null;

const readJob = (row: Row): Job => ({
  id: row['id'] as string,
  kind: row['kind'] as JobKind,
  appliance: textOrNull(row['appliance']),
  snapshot: textOrNull(row['snapshot']),
  file: textOrNull(row['file']),
  by: row['by'] as string,
  state: row['state'] as Job['state'],
  message: textOrNull(row['message']),
  hint: textOrNull(row['hint']),
  startedAt: new Date(row['started_at'] as string),
  endedAt: row['ended_at'] === null ? null : new Date(row['ended_at'] as string),
});
