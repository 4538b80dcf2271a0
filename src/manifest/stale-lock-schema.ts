import { z } from 'zod';
import type { StaleLockRule } from '../domain/stale-lock.ts';
import * as field from './fields.ts';
import type { Finding, Path } from './problem.ts';

const staleLock = z.strictObject({
  service: field.filled.optional().describe('Which service stumbles over it. Default: the controller.'),
  file: field.containerPath
    .optional()
    .describe(
      'Where it lies in a mount of the container, with * and ? within a name; it counts where it is older than the start.',
    ),
  log: field.filled.optional().describe('Or what a line of the log says; * stands for anything between.'),
  remedy: field.filled.describe('What to do about it, in a sentence.'),
  command: field.command.optional().describe('What to type for that. Belay shows it and never runs it.'),
});

export const staleLocks = z
  .array(staleLock)
  .describe('How a lock shows that a killed server has left behind, and what to do then.');

type Entry = z.output<typeof staleLock>;

export const staleLockRules = (entries: readonly Entry[] | undefined): StaleLockRule[] =>
  (entries ?? []).map(({ service, file, log, remedy, command }) => ({
    service: service ?? null,
    file: file ?? null,
    log: log ?? null,
    remedy,
    command: command ?? null,
  }));

/** What is wrong with the rules beyond each value. */
export function checkStaleLocks(
  entries: readonly Entry[] | undefined,
  serviceNames: readonly string[],
  complain: (path: Path, at: Finding['at'], sentence: string) => void,
): void {
  for (const [index, { service, file, log }] of (entries ?? []).entries()) {
    const path = ['x-belay', 'stale_locks', index];
    if ((file === undefined) === (log === undefined))
      complain(path, 'value', 'it is known either by a file or by the log.');
    if (log !== undefined && !/[^*\s]/.test(log)) complain([...path, 'log'], 'value', 'every line would fit.');
    if (file?.split('/').some((name) => name === '..' || name.includes('**'))) {
      complain([...path, 'file'], 'value', '.. and ** cannot stand here; * stands for anything within a name.');
    }
    if (service !== undefined && !serviceNames.includes(service)) {
      complain([...path, 'service'], 'value', `there is no service ${service}.`);
    }
  }
}
