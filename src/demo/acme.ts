import { isDeepStrictEqual } from 'node:util';

/** What the sample appliance itself says about its version and its data. */
export interface AcmeState {
  version: string;
  /** Of its data. */
  format: number;
  notes: string[];
}

const DEADLINE_MS = 10_000;

async function get<T>(url: string, signal: AbortSignal): Promise<T> {
  const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]) });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}.`);
  return (await answer.json()) as T;
}

/** Asks the sample appliance over HTTP. Rejects where it does not answer. */
export async function askAcme(url: string, signal: AbortSignal): Promise<AcmeState> {
  const { version, format } = await get<{ version: string; format: number }>(`${url}/version`, signal);
  const notes = await get<{ text: string }[]>(`${url}/notes`, signal);
  return { version, format, notes: notes.map(({ text }) => text) };
}

/** Writes a note as a user of the sample appliance would. */
export async function writeNote(url: string, text: string, signal: AbortSignal): Promise<void> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]);
  const answer = await fetch(`${url}/notes`, { method: 'POST', body: text, signal: limited });
  if (answer.status !== 201) throw new Error(`${url}/notes answers ${answer.status} to a new note.`);
}

/** `version 2.0, data format 2, 3 notes, the newest "Camp 2 needs gas"` */
export function describeAcme({ version, format, notes }: AcmeState): string {
  const newest = notes.length === 0 ? '' : `, the newest "${notes.at(-1)}"`;
  return `version ${version}, data format ${format}, ${notes.length} notes${newest}`;
}

/** What is other than expected, in one sentence; null where nothing is. */
export function differenceOf(found: AcmeState, expected: AcmeState): string | null {
  if (isDeepStrictEqual(found, expected)) return null;
  const lost = expected.notes.filter((note) => !found.notes.includes(note));
  const foreign = found.notes.filter((note) => !expected.notes.includes(note));
  const notes = [
    ...lost.map((note) => `"${note}" is missing`),
    ...foreign.map((note) => `"${note}" should not be there`),
  ];
  const why = notes.length === 0 ? '' : ` (${notes.join(', ')})`;
  return `acme should have ${describeAcme(expected)}, and has ${describeAcme(found)}${why}.`;
}
