import type { Journal } from '../domain/ports/journal.ts';

/** The appliance of every container that some release has, by container id. A frozen container too is its appliance's. */
export function containerOwners(journal: Journal): Map<string, string> {
  const owners = new Map<string, string>();
  for (const { name } of journal.appliances()) {
    for (const release of journal.releases(name)) {
      for (const { containerId } of journal.instances(release.id)) owners.set(containerId, name);
    }
  }
  return owners;
}
