import type { ReleaseId, SlotId } from '../domain/ids.ts';
import type { Note } from '../domain/note.ts';
import type { ReleaseHistory, ReleaseName, WayBack } from '../domain/ports/release-history.ts';
import type { Release } from '../domain/release.ts';
import type { Statements } from './confirmation-table.ts';
import { readNote, readRelease, readReleaseName, readWayBack } from './rows.ts';
import type { Vault } from './vault.ts';

/** The history of releases: each question is answered from an index, so that ten thousand of them cost what ten do. */
export class ReleaseTable implements ReleaseHistory {
  readonly #database: Statements & { transaction<T>(work: () => T): T };
  readonly #vault: Vault;

  constructor(database: Statements & { transaction<T>(work: () => T): T }, vault: Vault) {
    this.#database = database;
    this.#vault = vault;
  }

  page(appliance: string, { limit, before }: { limit: number; before?: ReleaseId | undefined }): Release[] {
    const older =
      before === undefined ? '' : 'AND sequence_number < (SELECT sequence_number FROM release WHERE id = ?)';
    return this.#database
      .all(
        `SELECT * FROM release WHERE appliance = ? AND status <> 'candidate' ${older}
         ORDER BY sequence_number DESC LIMIT ?`,
        appliance,
        ...(before === undefined ? [] : [before]),
        limit,
      )
      .map((row) => readRelease(row, this.#vault));
  }

  names(appliance: string, limit: number): ReleaseName[] {
    return this.#database
      .all(
        `SELECT id, version, status, created_at FROM release WHERE appliance = ? AND status <> 'candidate'
         ORDER BY sequence_number DESC LIMIT ?`,
        appliance,
        limit,
      )
      .map(readReleaseName);
  }

  onSlot(slot: SlotId): Release[] {
    return this.#database
      .all("SELECT * FROM release WHERE slot = ? AND status <> 'candidate' ORDER BY sequence_number DESC", slot)
      .map((row) => readRelease(row, this.#vault));
  }

  left(appliance: string, limit: number): Release[] {
    return this.#database
      .all(
        `SELECT release.* FROM slot JOIN release ON release.slot = slot.id
         WHERE slot.appliance = ? AND slot.state IN ('live', 'frozen') AND release.appliance = slot.appliance
         AND release.status IN ('superseded', 'rolled-back')
         ORDER BY release.sequence_number DESC LIMIT ?`,
        appliance,
        limit,
      )
      .map((row) => readRelease(row, this.#vault));
  }
  waysBack(appliance: string): WayBack[] {
    return this.#database
      .all(
        `SELECT release.id, release.version, slot.state, max(release.sequence_number)
         FROM slot JOIN release ON release.slot = slot.id
         WHERE slot.appliance = ? AND slot.state IN ('frozen', 'archived') AND release.appliance = slot.appliance
         AND release.status IN ('superseded', 'rolled-back', 'imported')
         GROUP BY release.version`,
        appliance,
      )
      .map(readWayBack);
  }

  note(release: ReleaseId): Note | null {
    const [row] = this.#database.all(
      'SELECT * FROM note WHERE release = ? ORDER BY sequence_number DESC LIMIT 1',
      release,
    );
    return row && row['text'] !== '' ? readNote(row) : null;
  }

  keepNote(release: ReleaseId, { text, by, at }: Note): void {
    this.#database.transaction(() =>
      this.#database.run(
        'INSERT INTO note (release, text, by, at) VALUES (?, ?, ?, ?)',
        release,
        text,
        by,
        at.toISOString(),
      ),
    );
  }
}
