/** `BELY` in ASCII: tells a Belay journal from any other SQLite file. */
export const APPLICATION_ID = 0x42454c59;

/**
 * The migrations, counted from 1, that only add what an earlier release does not look at and what has a default where it
 * inserts: it may go on with such a journal. Every other one has to be known to whoever opens it.
 */
export const ONLY_ADDING: ReadonlySet<number> = new Set<number>();

/** Applied in order; `user_version` counts how many have been. A migration is never edited once released. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE appliance (
    name TEXT PRIMARY KEY,
    active TEXT NOT NULL,
    created_at TEXT NOT NULL
  ) STRICT;

  CREATE TABLE release (
    sequence_number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    appliance TEXT NOT NULL,
    version TEXT NOT NULL,
    services TEXT NOT NULL,
    slot TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('candidate', 'active', 'superseded', 'rolled-back', 'failed')),
    origin TEXT NOT NULL,
    copy_of TEXT,
    previous TEXT,
    by TEXT NOT NULL,
    created_at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX release_by_appliance ON release (appliance, sequence_number);
  CREATE UNIQUE INDEX one_active_release ON release (appliance) WHERE status = 'active';

  CREATE TABLE slot (
    id TEXT PRIMARY KEY,
    appliance TEXT NOT NULL,
    mounts TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('preparing', 'live', 'frozen', 'discarded')),
    cloned_from TEXT,
    created_at TEXT NOT NULL,
    frozen_at TEXT
  ) STRICT;
  CREATE UNIQUE INDEX one_live_slot ON slot (appliance) WHERE state = 'live';

  CREATE TABLE instance (
    release TEXT NOT NULL,
    service TEXT NOT NULL,
    container_id TEXT NOT NULL,
    PRIMARY KEY (release, service)
  ) STRICT;

  CREATE TABLE operation (
    sequence_number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    appliance TEXT NOT NULL,
    from_release TEXT NOT NULL,
    to_release TEXT NOT NULL,
    by TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'succeeded', 'rolled-back', 'failed', 'needs-attention')),
    reason TEXT,
    steps TEXT NOT NULL,
    facts TEXT NOT NULL,
    recoveries INTEGER NOT NULL DEFAULT 0,
    started_at TEXT NOT NULL,
    ended_at TEXT
  ) STRICT;
  CREATE UNIQUE INDEX one_running_operation ON operation (appliance) WHERE state = 'running';

  CREATE TABLE entry (
    sequence_number INTEGER PRIMARY KEY AUTOINCREMENT,
    operation TEXT NOT NULL,
    step TEXT NOT NULL,
    phase TEXT NOT NULL,
    at TEXT NOT NULL,
    message TEXT
  ) STRICT;
  CREATE INDEX entry_by_operation ON entry (operation, sequence_number);
  `,
  // Slots may be archived and imported, releases imported, and an appliance has a policy.
  `
  ALTER TABLE appliance ADD COLUMN policy TEXT NOT NULL DEFAULT '{}';

  CREATE TABLE new_slot (
    id TEXT PRIMARY KEY,
    appliance TEXT NOT NULL,
    mounts TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('preparing', 'live', 'frozen', 'archived', 'discarded')),
    cloned_from TEXT,
    created_at TEXT NOT NULL,
    frozen_at TEXT,
    archive TEXT,
    imported_from TEXT,
    leftovers INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  INSERT INTO new_slot (id, appliance, mounts, state, cloned_from, created_at, frozen_at)
    SELECT id, appliance, mounts, state, cloned_from, created_at, frozen_at FROM slot;
  DROP TABLE slot;
  ALTER TABLE new_slot RENAME TO slot;
  CREATE UNIQUE INDEX one_live_slot ON slot (appliance) WHERE state = 'live';

  CREATE TABLE new_release (
    sequence_number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    appliance TEXT NOT NULL,
    version TEXT NOT NULL,
    services TEXT NOT NULL,
    slot TEXT NOT NULL,
    status TEXT NOT NULL
      CHECK (status IN ('candidate', 'active', 'superseded', 'rolled-back', 'imported', 'failed')),
    origin TEXT NOT NULL,
    copy_of TEXT,
    previous TEXT,
    by TEXT NOT NULL,
    created_at TEXT NOT NULL
  ) STRICT;
  INSERT INTO new_release SELECT * FROM release;
  DROP TABLE release;
  ALTER TABLE new_release RENAME TO release;
  CREATE INDEX release_by_appliance ON release (appliance, sequence_number);
  CREATE UNIQUE INDEX one_active_release ON release (appliance) WHERE status = 'active';
  `,
  // What goes back by itself unless it is confirmed.
  `
  CREATE TABLE confirmation (
    operation TEXT PRIMARY KEY,
    appliance TEXT NOT NULL,
    release TEXT NOT NULL,
    window_ms INTEGER NOT NULL,
    due_at TEXT NOT NULL,
    boot_id TEXT NOT NULL,
    due_since_boot_ms INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'confirmed', 'reverted')),
    ended_by TEXT,
    ended_at TEXT
  ) STRICT;
  CREATE UNIQUE INDEX one_pending_confirmation ON confirmation (appliance) WHERE state = 'pending';
  `,
  // Work on snapshots beside what runs.
  `
  CREATE TABLE job (
    sequence_number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    appliance TEXT,
    snapshot TEXT,
    file TEXT,
    by TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed')),
    message TEXT,
    hint TEXT,
    started_at TEXT NOT NULL,
    ended_at TEXT
  ) STRICT;
  `,
  // Images that came in a bundle, or lie in the site's own registry.
  `
  CREATE TABLE image (
    repository TEXT NOT NULL,
    tag TEXT NOT NULL,
    digest TEXT NOT NULL,
    image_id TEXT NOT NULL,
    bundle TEXT,
    mirror TEXT,
    by TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (repository, tag)
  ) STRICT;
  `,
  // Long histories are read from indexes: page by page, by name, by slot.
  `
  CREATE INDEX release_history ON release (appliance, sequence_number, id, version, status, created_at)
    WHERE status <> 'candidate';
  CREATE INDEX release_by_slot ON release (slot);
  CREATE INDEX slot_by_appliance ON slot (appliance, created_at);
  CREATE INDEX slot_in_place ON slot (appliance) WHERE state IN ('live', 'frozen');
  CREATE INDEX operation_by_appliance ON operation (appliance, sequence_number);
  CREATE INDEX disproving_operation ON operation (appliance, sequence_number)
    WHERE json_extract(facts, '$.disproved') IS NOT NULL;
  `,
  // Whom others are told what, and whether it has arrived. Nobody is told of what happened before.
  `
  ALTER TABLE operation ADD COLUMN told TEXT NOT NULL DEFAULT '';
  UPDATE operation SET told = state;
  CREATE INDEX untold_operation ON operation (sequence_number) WHERE told <> state;

  CREATE TABLE notice (
    sequence_number INTEGER PRIMARY KEY AUTOINCREMENT,
    appliance TEXT NOT NULL,
    target TEXT NOT NULL,
    notice TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'given-up')),
    attempts INTEGER NOT NULL,
    next_at TEXT,
    error TEXT,
    created_at TEXT NOT NULL,
    ended_at TEXT
  ) STRICT;
  CREATE INDEX notice_by_appliance ON notice (appliance, sequence_number);
  CREATE INDEX waiting_notice ON notice (next_at) WHERE state = 'waiting';
  `,
  // What people write about releases.
  `
  CREATE TABLE note (
    sequence_number INTEGER PRIMARY KEY AUTOINCREMENT,
    release TEXT NOT NULL,
    text TEXT NOT NULL,
    by TEXT NOT NULL,
    at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX note_by_release ON note (release, sequence_number);
  `,
  // Which releases of Belay may use this journal.
  `
  CREATE TABLE compatibility (must_be_known INTEGER NOT NULL) STRICT;
  INSERT INTO compatibility VALUES (0);
  `,
  // Service engines that joined after what was gone back to, and how each was connected.
  `
  CREATE TABLE orphan (
    container_id TEXT PRIMARY KEY,
    appliance TEXT NOT NULL,
    service TEXT NOT NULL,
    release TEXT NOT NULL,
    networks TEXT NOT NULL,
    operation TEXT NOT NULL,
    at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX orphan_by_appliance ON orphan (appliance, service);
  `,
  // From here on values of environments may be sealed: whoever does not know it would give them to a server as they are.
  'SELECT 1',
];
