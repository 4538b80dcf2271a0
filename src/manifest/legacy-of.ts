import type { LegacyProcedure } from '../domain/legacy.ts';
import type { Finding, Path } from './problem.ts';
import type { BelayEntry } from './schema.ts';

const DEFAULT_DEADLINE_MS = 600_000;

/** The vendor's procedure, complete; null where the manifest has none. */
export function legacyOf(belay: BelayEntry | undefined): LegacyProcedure | null {
  const entry = belay?.legacy;
  const below = entry?.below ?? belay?.floor;
  if (!entry || below === undefined) return null;
  return {
    below,
    command: entry.command,
    previousVersionCommand: entry.previous_version_command ?? null,
    deadlineMs: entry.deadline ?? DEFAULT_DEADLINE_MS,
  };
}

/** What is wrong with it beyond each value. */
export function checkLegacy(
  belay: BelayEntry | null,
  complain: (path: Path, at: Finding['at'], sentence: string) => void,
): void {
  const entry = belay?.legacy;
  if (!entry) return;
  const at = (...rest: string[]): Path => ['x-belay', 'legacy', ...rest];
  for (const key of ['command', 'previous_version_command'] as const) {
    if (entry[key] && (entry[key][0] ?? '').trim() === '') complain(at(key), 'value', 'there is no command.');
  }
  if (entry.below === undefined && belay?.floor === undefined)
    complain(at(), 'key', 'for which versions it is has to be said: below, or a floor beside it.');
}
