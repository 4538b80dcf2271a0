import { BelayError } from '../domain/errors.ts';
import type { SlotMount } from '../domain/slot.ts';
import type { StepContext } from '../domain/step.ts';
import { mustSlot } from './slot-pairs.ts';

/** The mount that a move is about, as it will be. */
export function movedMount({ journal, facts, to }: StepContext): SlotMount {
  const key = facts().move?.key;
  const mount = mustSlot(journal, to.slot).mounts.find((each) => each.key === key);
  if (!mount) throw new BelayError('internal', `The slot ${to.slot} has no mount ${key}.`);
  return mount;
}
