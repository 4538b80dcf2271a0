import type { Orphan } from '../domain/orphan.ts';
import type { Statements } from './confirmation-table.ts';
import type { Row } from './rows.ts';

/** The rows of containers that a rollback has cut off. */
export class OrphanTable {
  readonly #database: Statements & { transaction<T>(work: () => T): T };

  constructor(database: Statements & { transaction<T>(work: () => T): T }) {
    this.#database = database;
  }

  of(appliance: string): Orphan[] {
    return this.#database.all('SELECT * FROM orphan WHERE appliance = ? ORDER BY service', appliance).map(readOrphan);
  }

  find(containerId: string): Orphan | null {
    const [row] = this.#database.all('SELECT * FROM orphan WHERE container_id = ?', containerId);
    return row ? readOrphan(row) : null;
  }

  /** What is known of one already stays as it was. */
  keep(orphans: readonly Orphan[]): void {
    this.#database.transaction(() => {
      for (const { containerId, appliance, service, release, networks, operation, at } of orphans) {
        this.#database.run(
          `INSERT OR IGNORE INTO orphan (container_id, appliance, service, release, networks, operation, at)
           VALUES (?, ?, ?, ?, ?, ?, ?)`,
          containerId,
          appliance,
          service,
          release,
          JSON.stringify(networks),
          operation,
          at.toISOString(),
        );
      }
    });
  }

  forget(containerIds: readonly string[]): void {
    this.#database.transaction(() => {
      for (const id of containerIds) this.#database.run('DELETE FROM orphan WHERE container_id = ?', id);
    });
  }
}

const readOrphan = (row: Row): Orphan => ({
  appliance: row['appliance'] as string,
  service: row['service'] as string,
  release: row['release'] as string,
  containerId: row['container_id'] as string,
  networks: JSON.parse(row['networks'] as string),
  operation: row['operation'] as string,
  at: new Date(row['at'] as string),
});
