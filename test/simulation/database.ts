import type { HookName, Hooks } from '../../src/domain/hooks.ts';
import type { Chance } from './chance.ts';

const DEADLINE_MS = 5_000;

/** The vendor's commands for the database: they run in the server's container, or in one of its image. */
export const HOOKS: Hooks = Object.fromEntries(
  (['backup', 'restore', 'quiesce', 'thaw'] satisfies HookName[]).map((name) => [
    name,
    {
      command: ['server', `--${name}`],
      service: null,
      image: null,
      environment: {},
      volumes: [],
      deadlineMs: DEADLINE_MS,
    },
  ]),
);

export const isHookCommand = (command: string): boolean => command.slice(2) in HOOKS;

/**
 * A database on another machine, which outlives this one. What a version has made of it an older one cannot use,
 * unless a backup is restored.
 */
export class ExternalDatabase {
  /** There are hooks for it; without them nothing is promised. */
  isLookedAfter = false;
  isQuiesced = false;
  /** Containers that found it as they cannot use it when they last started. */
  readonly refused = new Set<string>();
  #format = 1;
  readonly #backups = new Map<string, number>();
  readonly #chance: Chance;
  readonly #violate: (what: string) => void;

  constructor(chance: Chance, violate: (what: string) => void) {
    this.#chance = chance;
    this.#violate = violate;
  }

  /** False where a newer version has been at it, and left it so. */
  openedBy(containerId: string, format: number): boolean {
    this.refused.delete(containerId);
    if (this.isLookedAfter && this.#format > format) {
      this.refused.add(containerId);
      return false;
    }
    this.#format = Math.max(this.#format, format);
    return true;
  }

  /** How long a command takes; now and then longer than it may. */
  durationMs(): number {
    return this.#chance.happens(0.04) ? 2 * DEADLINE_MS : this.#chance.between(3, 400);
  }

  /** `running` are the versions that are at the database. */
  run(command: string, env: Record<string, string>, running: readonly string[]): { output: string; exitCode: number } {
    const name = command.slice(2) as HookName;
    const backup = env['BELAY_BACKUP'] ?? '';
    if (name !== 'restore' && this.#chance.happens(0.06)) {
      return { output: `${name} failed`, exitCode: 3 };
    }
    if (name === 'quiesce') this.isQuiesced = true;
    if (name === 'thaw') this.isQuiesced = false;
    if (name === 'backup') this.#backups.set(backup, this.#format);
    if (name === 'restore') {
      const format = this.#backups.get(backup);
      if (format === undefined) this.#violate(`the backup ${backup} is restored, and there is none`);
      if (running.length > 0) this.#violate(`a backup is restored while ${running.join(', ')} runs`);
      this.#format = format ?? this.#format;
    }
    return { output: `${name} done`, exitCode: 0 };
  }
}
