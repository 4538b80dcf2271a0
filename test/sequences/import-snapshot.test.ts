import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { HostPower } from '../../src/domain/host-powers.ts';
import type { World } from '../../src/domain/ports/world.ts';
import type { ServiceSpec } from '../../src/domain/service-spec.ts';
import { exportSnapshot, importSnapshot } from '../../src/sequences/snapshots.ts';
import { createArchiveStore } from '../../src/slots/archive/archive-store.ts';
import { slotOf } from '../slots/archive/archived.ts';
import { ScriptedWorld } from '../support/scripted-world.ts';
import { aRelease, aService, aSlot } from '../support/specimens.ts';

const PRIVILEGED = { settings: { config: {}, hostConfig: { Privileged: true }, networks: {} } };
let directory: string;
let scripted: ScriptedWorld;
let world: World;
const watching = { onProgress: () => {}, signal: new AbortController().signal };

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'belay-import-'));
  scripted = new ScriptedWorld();
  world = {
    ...scripted.world,
    host: { describe: async () => ({ rootDir: directory }) } as unknown as World['host'],
    slots: { space: async () => ({ freeBytes: 1 << 30 }) } as unknown as World['slots'],
    archives: createArchiveStore(join(directory, 'archives')),
  };
});
afterEach(async () => {
  scripted.journal.close();
  await rm(directory, { recursive: true, force: true });
});

/** A snapshot of an appliance elsewhere, with this as its only service. */
async function snapshotOf(service: Partial<ServiceSpec>): Promise<string> {
  const data = join(directory, 'data');
  mkdirSync(data);
  writeFileSync(join(data, 'witness'), 'w');
  const file = join(directory, 'acme.belay');
  const release = aRelease({ services: [aService(service)] });
  await world.archives.pack(await slotOf(data), release, file, watching.onProgress, watching.signal);
  return file;
}

const bring = (file: string, allow: HostPower[] = [], appliance: string | null = null) =>
  importSnapshot(world, { file, appliance, allow, by: 'admin' }, watching);

it('is refused where its release would be the master of this host, and nothing is kept of it', async () => {
  const file = await snapshotOf(PRIVILEGED);
  await expect(bring(file)).rejects.toMatchObject({
    code: 'refused',
    message: 'server in it asks for privileged: a container that can do anything.',
    hint: `Only where you trust whoever made the file: import snapshot ${file} allow privileged`,
  });
  await expect(bring(file, ['docker-socket'])).rejects.toThrow('asks for privileged');
  expect(readdirSync(join(directory, 'archives'))).toEqual([]);
  expect(world.journal.appliances()).toEqual([]);
});

it('is taken where that is allowed by name, or what runs here has the same power', async () => {
  const file = await snapshotOf(PRIVILEGED);
  expect((await bring(file, ['privileged'])).release).toMatchObject({ version: '1.0' });
  const slot = aSlot({ appliance: 'other' });
  const own = aRelease({ appliance: 'other', slot: slot.id, services: [aService(PRIVILEGED)] });
  world.journal.adopt(own, slot, []);
  expect((await bring(file, [], 'other')).slot.importedFrom).toBe(file);
});

it('is refused for the socket of Docker too, in whatever way it is mounted', async () => {
  const file = await snapshotOf({
    settings: { config: {}, hostConfig: { Binds: ['/run/docker.sock:/s'] }, networks: {} },
  });
  await expect(bring(file)).rejects.toThrow('server in it asks for docker-socket: a mount of /run/docker.sock.');
});

it('says at the export what an import elsewhere would refuse it for', async () => {
  const data = join(directory, 'data');
  mkdirSync(data);
  writeFileSync(join(data, 'tool'), 'x', { mode: 0o4755 });
  writeFileSync(join(data, 'another'), 'x', { mode: 0o2755 });
  writeFileSync(join(data, 'plain'), 'x');
  const slot = await slotOf(data);
  const release = aRelease({ slot: slot.id });
  world.journal.adopt(release, slot, []);
  const file = join(directory, 'acme.belay');
  const { unwelcome } = await exportSnapshot(world, slot, file, watching);
  expect(unwelcome?.members).toBe(2);
  expect(unwelcome?.first).toMatch(/^(tool is a setuid|another is a setgid) file$/);
  await expect(bring(file)).rejects.toThrow(/is a set[ug]id file/);
});
