import type { Client } from '../api/client/client.ts';
import { createUnixClient } from '../api/client/unix-client.ts';
import type { Candidate, Kind } from './command.ts';
import { possibleAt } from './grammar/complete.ts';
import { lineOf } from './grammar/tokenizer.ts';
import { appliance as applianceKind, file } from './kinds.ts';
import { ownOptions } from './own-options.ts';
import { printable } from './printable.ts';
import { registry } from './registry.ts';

/** Whoever pressed TAB does not wait longer for live values. */
const PATIENCE_MS = 2000;

/** In the place of a value: files, which the shell itself completes. No value begins with a dash. */
const FILES = '--files--';

export interface CompletionOptions {
  /** Where a daemon may answer; none is started for a TAB. */
  socket: string;
  user: string;
}

/**
 * For `completions/`: what can stand behind `words`, one `TEXT<tab>HELP` a line. `begun` is `-` or `--` where an
 * option has been begun, and empty otherwise: the shell itself holds the rest of what was typed against the answer.
 */
export async function completionLines(
  words: readonly string[],
  begun: string,
  { socket, user }: CompletionOptions,
): Promise<string[]> {
  const { appliance, position, waitsFor } = readOwn(words);
  const client = createUnixClient({ connect: async () => socket, user, appliance, clean: printable });
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const candidates =
    waitsFor !== null
      ? await own(waitsFor, client, signal)
      : position === words.length && begun !== ''
        ? ownOptions
        : await offered(words.slice(position), begun, client, signal);
  return candidates.map(({ text, help }) => `${text}\t${printable(help)}`);
}

/** The options before the command. */
function readOwn(words: readonly string[]): { appliance: string | null; position: number; waitsFor: string | null } {
  let appliance: string | null = null;
  let position = 0;
  for (; position < words.length; position++) {
    const word = words[position] ?? '';
    if (!word.startsWith('-')) break;
    if (word !== '--appliance' && word !== '-c') continue;
    const value = words[++position];
    if (value === undefined) return { appliance, position, waitsFor: word };
    if (word === '--appliance') appliance = value;
  }
  return { appliance, position, waitsFor: null };
}

async function own(option: string, client: Client, signal: AbortSignal): Promise<Candidate[]> {
  return option === '--appliance' ? live(applianceKind, client, signal) : [];
}

async function offered(
  words: readonly string[],
  begun: string,
  client: Client,
  signal: AbortSignal,
): Promise<Candidate[]> {
  const line = words.length === 0 ? '' : `${lineOf(words)} `;
  const { expected } = possibleAt(registry, begun === '' ? line : `${line}--`);
  const found: Candidate[] = [];
  for (const each of expected) {
    if (each.type === 'word') found.push({ text: each.word, help: each.help });
    if (each.type !== 'value') continue;
    const { kind } = each.argument;
    if (kind === file) found.push({ text: FILES, help: kind.metavar });
    else found.push(...(await live(kind, client, signal)));
  }
  return found;
}

/** What could be typed by hand as well: a name that begins with a dash would be read as an option. */
async function live(kind: Kind, client: Client, signal: AbortSignal): Promise<Candidate[]> {
  const known = await kind.complete(client, signal).catch(() => []);
  return known
    .map(({ text, help }) => ({ text: printable(text), help }))
    .filter(({ text }) => kind.problem(text) === null && !text.startsWith('-'));
}
