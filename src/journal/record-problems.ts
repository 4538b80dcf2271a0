import type { DatabaseSync } from 'node:sqlite';

const MAX_PROBLEMS = 20;

/** Each query finds rows that contradict the rest of the record, and says so of each. */
const CONTRADICTIONS: readonly string[] = [
  `SELECT 'The active release ' || a.active || ' of ' || a.name || ' is not in the journal.' AS problem
   FROM appliance a WHERE NOT EXISTS (SELECT 1 FROM release r WHERE r.id = a.active AND r.appliance = a.name)`,
  `SELECT a.name || ' has ' || count(r.id) || ' active releases instead of one.' AS problem
   FROM appliance a LEFT JOIN release r ON r.appliance = a.name AND r.status = 'active'
   GROUP BY a.name HAVING count(r.id) <> 1`,
  `SELECT r.id || ' is marked as active, and ' || a.name || ' runs ' || a.active || '.' AS problem
   FROM release r JOIN appliance a ON a.name = r.appliance WHERE r.status = 'active' AND r.id <> a.active`,
  `SELECT 'The release ' || r.id || ' belongs to ' || r.appliance || ', which is not in the journal.' AS problem
   FROM release r WHERE NOT EXISTS (SELECT 1 FROM appliance a WHERE a.name = r.appliance)`,
  `SELECT 'The data (slot ' || r.slot || ') of the release ' || r.id || ' is not in the journal.' AS problem
   FROM release r WHERE NOT EXISTS (SELECT 1 FROM slot s WHERE s.id = r.slot)`,
  `SELECT 'The data (slot ' || s.id || ') of the active release ' || r.id || ' is ' || s.state || ', not live.' AS problem
   FROM release r JOIN slot s ON s.id = r.slot WHERE r.status = 'active' AND s.state <> 'live'`,
  `SELECT 'The release ' || r.id || ' names ' || n.id || ', which is not in the journal.' AS problem
   FROM release r JOIN (SELECT id AS owner, copy_of AS id FROM release UNION SELECT id, previous FROM release) n
     ON n.owner = r.id
   WHERE n.id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM release x WHERE x.id = n.id)`,
  `SELECT 'The operation ' || o.id || ' names a release that is not in the journal.' AS problem FROM operation o
   WHERE NOT EXISTS (SELECT 1 FROM release r WHERE r.id = o.from_release)
      OR NOT EXISTS (SELECT 1 FROM release r WHERE r.id = o.to_release)`,
  `SELECT 'There are ' || count(*) || ' entries of the operation ' || e.operation || ', which is not in the journal.'
     AS problem
   FROM entry e WHERE NOT EXISTS (SELECT 1 FROM operation o WHERE o.id = e.operation) GROUP BY e.operation`,
  `SELECT 'The container ' || substr(i.container_id, 1, 12) || ' belongs to the release ' || i.release
     || ', which is not in the journal.' AS problem
   FROM instance i WHERE NOT EXISTS (SELECT 1 FROM release r WHERE r.id = i.release)`,
];

/** What is wrong with a record, a sentence each, at most twenty: first its pages, then what it says. */
export function recordProblems(database: DatabaseSync): string[] {
  const pages = rowsOf(database, `PRAGMA integrity_check(${MAX_PROBLEMS})`)
    .filter((verdict) => verdict !== 'ok')
    .map((verdict) => `The file is damaged: ${verdict.split('\n').at(-1)}.`);
  if (pages.length > 0) return pages;
  return CONTRADICTIONS.flatMap((query) => rowsOf(database, query)).slice(0, MAX_PROBLEMS);
}

function rowsOf(database: DatabaseSync, query: string): string[] {
  try {
    return database
      .prepare(query)
      .all()
      .map((row) => String(Object.values(row)[0]));
  } catch (error) {
    return [(error as Error).message];
  }
}
