import type { BelayError } from '../domain/errors.ts';
import type { World } from '../domain/ports/world.ts';
import { engineAnswers } from './engine-answers.ts';

/** Before each further try: what holds a port or a name may be just going away. */
const PAUSES_MS = [1_000, 2_000, 4_000, 8_000];
/** Where there is no room: somebody may be making some. Two minutes in all. */
export const ROOM_PAUSES_MS = [...PAUSES_MS, 15_000, 30_000, 60_000];

const pausesFor = ({ code }: BelayError): readonly number[] => (code === 'no-space' ? ROOM_PAUSES_MS : PAUSES_MS);

/** A failure that only the engine's absence made is no failed attempt. */
const counts = ({ code }: BelayError): boolean => code !== 'engine-unreachable';

/** Whether `attempt`, counted from 1, was the last one. What is tried again later, too, needs no long patience now. */
export function isLastAttempt(error: BelayError, attempt: number, patience: 'long' | 'short' = 'long'): boolean {
  return counts(error) && attempt > (patience === 'short' ? 1 : pausesFor(error).length);
}

/** Before the next try. Returns how much the failure counts. */
export async function pauseAfter(world: World, error: BelayError, attempt: number): Promise<0 | 1> {
  if (!counts(error)) {
    await engineWorksAgain(world);
    return 0;
  }
  await world.clock.sleep(pausesFor(error)[attempt - 1] ?? 0);
  return 1;
}

/** An engine that was silent first does what it was asked before, though nobody waits for it any more. */
export async function engineWorksAgain(world: World): Promise<void> {
  await engineAnswers(world);
  await world.clock.sleep(PAUSES_MS[0] ?? 0);
}
