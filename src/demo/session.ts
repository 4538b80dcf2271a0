import type { Belay } from './belay.ts';
import { narrator } from './narrator.ts';
import type { Stage } from './stage.ts';

/** Adopts the sample appliance and opens the shell on it. Resolves with the shell's exit code when it is left. */
export async function openSession(stage: Stage, belay: Belay, signal: AbortSignal): Promise<number> {
  const { container, url } = stage;
  await belay.client.adopt({ container }, signal);
  narrator.say(`${container} runs version 1.0 of a notes server, at ${url}. Belay has adopted it for you.`);
  narrator.say('2.0 migrates its data for good, 2.1 is broken. TAB and ? help; exit leaves and takes everything away.');
  narrator.say('Try: show system, upgrade system 2.0, upgrade system 2.1, rollback system');
  await narrator.flushed();
  return belay.run([], 'inherit');
}
