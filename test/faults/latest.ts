import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Subject } from '../recovery/invariant.ts';

interface Latest {
  id: string;
  fromRelease: string;
  toRelease: string;
}

function ask({ belay }: Subject, sql: string, ...values: string[]): { [column: string]: string }[] {
  const database = new DatabaseSync(join(belay.home, 'journal.db'), { readOnly: true, timeout: 5_000 });
  try {
    return database.prepare(sql).all(...values) as { [column: string]: string }[];
  } finally {
    database.close();
  }
}

/** The operation that began last, by the journal. */
export function latestOperation(subject: Subject): Latest {
  const [row] = ask(
    subject,
    'SELECT id, from_release, to_release FROM operation ORDER BY sequence_number DESC LIMIT 1',
  );
  if (!row) throw new Error('there has been no operation');
  return { id: row['id'] ?? '', fromRelease: row['from_release'] ?? '', toRelease: row['to_release'] ?? '' };
}

/** The container of the release that the last operation leaves, or of the one that comes. */
export function containerOf(subject: Subject, which: 'leaving' | 'coming'): string {
  const { fromRelease, toRelease } = latestOperation(subject);
  const release = which === 'leaving' ? fromRelease : toRelease;
  const [row] = ask(subject, 'SELECT container_id FROM instance WHERE release = ?', release);
  if (!row) throw new Error(`the journal knows no container of the release that is ${which}`);
  return row['container_id'] ?? '';
}
