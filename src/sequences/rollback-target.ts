import { BelayError } from '../domain/errors.ts';
import type { ReleaseId } from '../domain/ids.ts';
import type { Journal } from '../domain/ports/journal.ts';
import type { Release } from '../domain/release.ts';

/**
 * The release that `rollback system` goes back to: the one named, or else the one before the active
 * one. After a rollback that is the one before the release that was gone back to, so that typing it
 * twice never goes forward by accident.
 */
export function rollbackTarget(journal: Journal, active: Release, named?: ReleaseId): Release {
  const target = named ? releaseThatRan(journal, active, named.toUpperCase()) : previousOf(journal, active);
  const slot = journal.slot(target.slot);
  if (slot?.state === 'discarded') {
    throw new BelayError('refused', `The data of ${target.id} (${target.version}) has been deleted.`, {
      hint: 'See what else there is: show snapshots',
    });
  }
  // What was imported and has not run yet is the active release of its appliance, and an archive.
  if (isSameRelease(journal, target, active) && slot?.state !== 'archived') {
    throw new BelayError('refused', `${target.id} is what runs now, as ${active.id}.`, {
      hint: 'Choose another one: show releases',
    });
  }
  return target;
}

/** A release of the appliance that has taken over once, or came from another host. Throws where it is none. */
export function releaseThatRan(journal: Journal, active: Release, id: ReleaseId): Release {
  const release = journal.release(id);
  if (!release || release.appliance !== active.appliance || release.status === 'candidate') {
    throw new BelayError('not-found', `${active.appliance} has no release ${id}.`, {
      hint: 'See what there is: show releases',
    });
  }
  if (release.status === 'failed') {
    throw new BelayError('refused', `${id} (${release.version}) never took over, so there is nothing to go back to.`, {
      hint: `To try it again: upgrade system ${release.version}`,
    });
  }
  return release;
}

function previousOf(journal: Journal, active: Release): Release {
  const original = originalOf(journal, active);
  // Made by the vendor's procedure: what it left is the version after, not the one before.
  if (original.origin === 'rollback' && original.previous) {
    throw new BelayError(
      'refused',
      `There is no release before ${active.version}: the vendor's procedure has made it.`,
      {
        hint: `To go forward again: rollback system to ${original.previous}`,
      },
    );
  }
  if (!original.previous && journal.slot(active.slot)?.state === 'archived') return active;
  if (!original.previous) {
    const left = journal.releases(active.appliance).find(({ status }) => status === 'rolled-back');
    throw new BelayError('refused', `There is no release before ${active.version}.`, {
      hint: left ? `To go forward again: rollback system to ${left.id}` : 'See what there is: show releases',
    });
  }
  return journal.release(original.previous) ?? failMissing(original.previous);
}

/** Whether both are one release on the same data: one is a copy of the other, or both are copies of a third. */
export const isSameRelease = (journal: Journal, one: Release, other: Release): boolean =>
  one.slot === other.slot && originalOf(journal, one).id === originalOf(journal, other).id;

function originalOf(journal: Journal, release: Release): Release {
  let original = release;
  while (original.origin === 'rollback' && original.copyOf) {
    original = journal.release(original.copyOf) ?? failMissing(original.copyOf);
  }
  return original;
}

function failMissing(id: ReleaseId): never {
  throw new BelayError('internal', `There is no release ${id} in the journal.`);
}
