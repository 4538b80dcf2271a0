import type { World } from '../../domain/ports/world.ts';
import { strangersServing } from '../../sequences/strangers.ts';
import type { SystemView } from '../contract/system-views.ts';

/** What about the journal needs somebody: that it cannot be written, and what runs that it does not know. */
export async function journalAttention(
  world: Pick<World, 'journal' | 'host'>,
  appliance: string,
): Promise<SystemView['attention']> {
  const { trouble } = world.journal;
  const strangers = await strangersServing(world, appliance);
  return [
    ...(trouble ? [{ message: `${trouble.message} Nothing can be changed until it can.`, hint: trouble.hint }] : []),
    ...strangers.map(({ name, release }) => ({
      message: `The container ${name} runs ${release}, a release that the journal does not know.`,
      hint: `To keep what it does: adopt ${name} as OTHER-NAME. To go on with what the journal knows: docker stop ${name}`,
    })),
  ];
}
