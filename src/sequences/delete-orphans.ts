import { BelayError } from '../domain/errors.ts';
import type { Orphan } from '../domain/orphan.ts';
import type { World } from '../domain/ports/world.ts';

export interface OrphanDeletion {
  appliance: string;
  /** Each with what its containers are called now; none where somebody has removed them already. */
  engines: { name: string; release: string; containers: string[] }[];
}

/** What it means to delete service engines that a rollback has cut off: one, or all. Changes nothing. `not-found` where there is none. */
export async function planOrphanDeletion(
  { journal, host }: Pick<World, 'journal' | 'host'>,
  appliance: string,
  name?: string,
): Promise<OrphanDeletion> {
  const orphans = mustBeSome(journal.orphans(appliance), appliance, name);
  const names = await Promise.all(
    orphans.map(async ({ containerId }) => (await host.inspectInstance(containerId))?.name ?? null),
  );
  const engines = [...new Set(orphans.map(({ service }) => service))].map((service) => ({
    name: service,
    release: orphans.find((each) => each.service === service)?.release ?? '',
    containers: orphans.flatMap((each, index) => (each.service === service ? (names[index] ?? []) : [])),
  }));
  return { appliance, engines };
}

/**
 * Removes their containers, then forgets them, in every release that has them: going back to one of those makes them
 * anew. Cut off anywhere, it may be done again. Returns the names of the engines.
 */
export async function deleteOrphans(
  { journal, host }: Pick<World, 'journal' | 'host'>,
  appliance: string,
  name?: string,
): Promise<string[]> {
  const orphans = mustBeSome(journal.orphans(appliance), appliance, name);
  for (const { containerId } of orphans) await host.removeInstance(containerId);
  // A power cut would bring back what the engine has removed, and nobody would know whose it is.
  await host.flush();
  const removed = new Set(orphans.map(({ containerId }) => containerId));
  for (const record of journal.instancesOf(appliance)) {
    if (removed.has(record.containerId)) journal.forgetInstance(record);
  }
  journal.forgetOrphans([...removed]);
  return [...new Set(orphans.map(({ service }) => service))];
}

function mustBeSome(all: readonly Orphan[], appliance: string, name: string | undefined): Orphan[] {
  const orphans = all.filter(({ service }) => name === undefined || service === name);
  if (orphans.length > 0) return orphans;
  const which = name === undefined ? 'no service engine that is orphaned' : `no orphaned service engine ${name}`;
  throw new BelayError('not-found', `${appliance} has ${which}.`, { hint: 'See them: show serviceengines' });
}
