import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SystemView } from '../../src/api/contract/system-views.ts';
import type { Engine } from '../../src/demo/private-engine/private-engine.ts';
import type { ServiceSpec } from '../../src/domain/service-spec.ts';
import type { SlotMount } from '../../src/domain/slot.ts';
import { digestsOf, inspectContainer } from './engine-look.ts';
import type { Subject } from './invariant.ts';

/** The journal of an appliance, read past the daemon. */
export interface Record {
  quickCheck: string;
  running: number;
  active: { id: string; version: string; slot: string; services: ServiceSpec[] } | null;
  releases: { id: string; status: string; slot: string }[];
  slots: { id: string; state: string; mounts: SlotMount[] }[];
  containers: string[];
}

export function recordOf({ belay, appliance }: Subject): Record {
  const database = new DatabaseSync(join(belay.home, 'journal.db'), { readOnly: true, timeout: 5_000 });
  try {
    const all = (sql: string, ...values: string[]) =>
      database.prepare(sql).all(...values) as { [column: string]: string }[];
    const releases = all('SELECT id, version, status, slot, services FROM release WHERE appliance = ?', appliance);
    const active = releases.find(({ status }) => status === 'active');
    return {
      quickCheck: String(Object.values(database.prepare('PRAGMA quick_check').get() ?? {})[0]),
      running: all("SELECT id FROM operation WHERE appliance = ? AND state = 'running'", appliance).length,
      active: active
        ? {
            id: active['id'] as string,
            version: active['version'] as string,
            slot: active['slot'] as string,
            services: JSON.parse(active['services'] as string),
          }
        : null,
      releases: releases.map(({ id = '', status = '', slot = '' }) => ({ id, status, slot })),
      slots: all('SELECT id, state, mounts FROM slot WHERE appliance = ?', appliance).map(
        ({ id = '', state = '', mounts = '[]' }) => ({ id, state, mounts: JSON.parse(mounts) }),
      ),
      containers: all(
        'SELECT container_id FROM instance JOIN release ON release = release.id WHERE appliance = ?',
        appliance,
      ).map((row) => row['container_id'] as string),
    };
  } finally {
    database.close();
  }
}

/** What a user set with `docker run`, as a container has it: everything that must be the same in every version. */
export async function configurationOf(engine: Engine, container: string) {
  const inspect = await inspectContainer(engine, container);
  const labels = Object.entries(inspect.Config.Labels).filter(([name]) => !name.startsWith('io.belay.'));
  return {
    env: [...inspect.Config.Env].sort(),
    labels: labels.sort(),
    restartPolicy: inspect.HostConfig.RestartPolicy.Name,
    ports: inspect.HostConfig.PortBindings,
    memoryBytes: inspect.HostConfig.Memory,
    targets: inspect.Mounts.map(({ Type, Destination }) => `${Type} ${Destination}`).sort(),
  };
}

/** Where what runs is not the (image digest, configuration, slot) that the journal has as the active release. */
export async function againstRecord(subject: Subject, system: SystemView): Promise<string[]> {
  const { engine, container, configuration, port } = subject;
  const violations: string[] = [];
  const must = (holds: boolean, otherwise: string) => void (holds || violations.push(otherwise));
  const record = recordOf(subject);
  must(record.quickCheck === 'ok', `the journal is damaged: ${record.quickCheck}`);
  must(record.running === 0, 'the journal has an operation that has not ended');
  const inspect = await inspectContainer(engine, container);
  const service = record.active?.services[0];
  const slot = record.slots.find(({ id }) => id === record.active?.slot);
  if (!record.active || !service || !slot) return [...violations, 'the journal has no active release with a slot'];
  must(record.active.version === system.version, `the journal has ${record.active.version} as active`);
  must(record.containers.includes(inspect.Id), 'the journal does not know the container that runs');
  must(slot.state === 'live', `the slot of what runs is ${slot.state}`);

  const { image } = service;
  must(inspect.Image === image.imageId, `the image is ${inspect.Image}, and the journal has ${image.imageId}`);
  if (image.digest) {
    // Where somebody has removed the image from the engine, the container has no name of it any more.
    const digests = await digestsOf(engine, inspect.Image);
    must(
      digests.length === 0 || digests.includes(`${image.repository}@${image.digest}`),
      `the image's digest is not ${image.digest}`,
    );
  }
  for (const { slotKey, target, source } of service.mounts) {
    const mount = slotKey ? slot.mounts.find(({ key }) => key === slotKey) : null;
    if (!mount) continue;
    const mounted = inspect.Mounts.find(({ Destination }) => Destination === target);
    const isSlots = mount.volume ? mounted?.Name === mount.volume : mounted?.Source === source;
    must(
      isSlots,
      `at ${target} it mounts ${mounted?.Name ?? mounted?.Source}, not its slot's ${mount.volume ?? source}`,
    );
    const there = await lstat(mount.path, { bigint: true }).catch(() => null);
    must(String(there?.ino) === mount.identity?.inode, `at ${mount.path} is not the data of slot ${slot.id}`);
  }
  must(inspect.HostConfig.RestartPolicy.Name === system.services[0]?.restartPolicy, 'the restart policy is not as set');
  if (configuration) {
    const now = JSON.stringify(await configurationOf(engine, container));
    must(now === JSON.stringify(configuration), `its settings are ${now}, and were ${JSON.stringify(configuration)}`);
  }
  if (port !== undefined) {
    const said = await fetch(`http://127.0.0.1:${port}/version`, { signal: AbortSignal.timeout(5_000) }).then(
      (answer) => answer.text(),
      (error: Error) => error.message,
    );
    must(said.trim() === system.version, `on its port it says ${said.trim()}, and should be ${system.version}`);
  }
  return violations;
}
