import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { allContainers, inspectContainer, nameOf, volumesLabelled } from './engine-look.ts';
import type { Subject } from './invariant.ts';
import type { Record } from './record.ts';

const STUCK = /-R[A-Z]{10}-stuck-[0-9a-f]{12}$/;
const lines = (text: string) => text.split('\n').filter(Boolean);

/** Containers, volumes, directories, mounts and files of the appliance that nothing listed accounts for. */
export async function leftOver(subject: Subject, record: Record): Promise<string[]> {
  const { belay, engine, appliance, container, second } = subject;
  const releases = await belay.releases();
  const kept = new Set(releases.filter(({ data }) => data.state !== 'gone').map(({ slot }) => slot));
  const left: string[] = [];

  const ownVolumes = await volumesLabelled(engine, `io.belay.appliance=${appliance}`);
  const slotOfVolume = (volume: string) => /^belay-(S[A-Z]{10})-\d+$/.exec(volume)?.[1] ?? '';
  left.push(...ownVolumes.filter((volume) => !kept.has(slotOfVolume(volume))).map((volume) => `volume ${volume}`));

  const listed = new Set(releases.filter(({ status }) => status !== 'failed').map(({ id }) => id));
  for (const seen of await allContainers(engine)) {
    const { Id: id, Labels } = seen;
    const name = nameOf(seen);
    // What the engine cannot start again is kept, and the operation says so.
    if (STUCK.test(name)) continue;
    const aside = /-(R[A-Z]{10})$/.exec(name)?.[1];
    if (name.startsWith(`${container}-R`) && !listed.has(aside ?? '')) left.push(`container ${name}`);
    const isOurs = Labels['io.belay.appliance'] === appliance || name.startsWith(container);
    if (isOurs && !record.containers.includes(id) && !left.includes(`container ${name}`))
      left.push(`container ${name}`);
  }

  if (second) {
    const parked = await readdir(dirname(second));
    const known = new Set(
      record.slots.flatMap(({ state, mounts }) =>
        state === 'discarded' ? [] : mounts.flatMap(({ parkedPath }) => (parkedPath ? [basename(parkedPath)] : [])),
      ),
    );
    left.push(
      ...parked.filter((name) => name !== basename(second) && !known.has(name)).map((name) => `directory ${name}`),
    );
  }
  const files = await readdir(belay.home);
  left.push(
    ...files.filter((name) => /(^|[.-])(tmp|partial|new)([.-]|$)|probe/.test(name)).map((name) => `file ${name}`),
  );
  if (record.slots.some(({ state }) => state === 'preparing')) left.push('a slot that is being prepared');
  if (record.releases.some(({ status }) => status === 'candidate')) left.push('a candidate release');
  return [...left, ...(await strayMounts(subject))].map((what) => `left over: ${what}`);
}

/**
 * Root file systems that are mounted though there is no container of theirs, on an engine that nobody else uses.
 * One that is there and does not run may be mounted: an engine that was killed forgets about it.
 */
async function strayMounts({ engine, second }: Subject): Promise<string[]> {
  if (!second) return [];
  const root = dirname(engine.socketPath);
  const table = await readFile('/proc/self/mountinfo', 'latin1');
  // One may be removed between the two questions.
  const looks = await Promise.allSettled((await allContainers(engine)).map(({ Id }) => inspectContainer(engine, Id)));
  const all = looks.flatMap((look) => (look.status === 'fulfilled' ? [look.value] : []));
  const own = all.map(({ GraphDriver }) => GraphDriver.Data?.MergedDir);
  const merged = lines(table).flatMap((line) => {
    const path = line.split(' ')[4] ?? '';
    return path.startsWith(`${root}/`) && path.endsWith('/merged') && !own.includes(path) ? [path] : [];
  });
  return merged.map((path) => `mount ${path}`);
}
