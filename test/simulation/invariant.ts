import type { Operation, OperationKind } from '../../src/domain/operation.ts';
import type { InstanceRecord } from '../../src/domain/ports/journal.ts';
import { controllerOf, type Release } from '../../src/domain/release.ts';
import { restartPolicyOf, type ServiceSpec } from '../../src/domain/service-spec.ts';
import type { Slot, SlotMount } from '../../src/domain/slot.ts';
import type { ContainerRecord } from '../../src/lab/records.ts';
import { failedEngines } from '../../src/sequences/engine-progress.ts';
import { checkAgents, checkOrphans, noteLaggards } from './agents.ts';
import type { Daemon } from './daemon.ts';
import type { Directory } from './disk.ts';
import type { Machine } from './machine.ts';
import type { Simulation } from './simulation.ts';
import { CONTAINER } from './versions.ts';

const APPLIANCE = CONTAINER;
const REAL_TRIES = 3;

/** Where a mount's data lies, told by what it is. */
export function directoryOf({ disk }: Machine, mount: SlotMount): Directory | null {
  for (const path of [mount.path, mount.parkedPath]) {
    const directory = path ? disk.directory(path) : null;
    if (directory && String(directory.inode) === mount.identity?.inode) return directory;
  }
  return null;
}

const KEPT: readonly Slot['state'][] = ['live', 'frozen'];

/** The data of every release that can be gone back to is what the appliance was told is written. */
export function checkData(machine: Machine, daemon: Daemon): void {
  for (const slot of daemon.journal.slots(APPLIANCE).filter(({ state }) => KEPT.includes(state))) {
    for (const mount of slot.mounts) {
      const directory = directoryOf(machine, mount);
      if (directory) machine.truth.verify(directory, `${slot.id} (${slot.state}) at ${mount.path}`);
      else if (!machine.circumstances.byHand) machine.violate(`the data of ${slot.id} is not where the journal says`);
    }
  }
}

/** FAULTS.md: what must hold when everything that was begun has ended. */
export function checkInvariant(simulation: Simulation, operation: Operation | null): void {
  const { machine, daemon } = simulation;
  const { journal } = daemon;
  const active = journal.release(journal.appliance(APPLIANCE)?.active ?? '');
  if (!active) throw new Error('the appliance has no active release');
  checkEnd(simulation, operation, active);
  noteLaggards(machine, operation);
  checkData(machine, daemon);
  if (operation?.state === 'needs-attention' && operation.facts.doubt === undefined) {
    machine.circumstances.needsAttention = true;
    return;
  }
  checkRunning(simulation, operation, active);
  checkLeftOver(simulation);
  if (operation?.state === 'succeeded') checkOrphans(machine, containersOf(machine), journal.orphans(APPLIANCE));
  const { database } = machine;
  const record = journal.instances(active.id).find(({ service }) => service === controllerOf(active).name);
  if (!machine.circumstances.byHand && database.refused.has(record?.containerId ?? '')) {
    machine.violate(`${active.version} is active, and the database is newer`);
  }
  const runs = journal.operations(APPLIANCE, 50).flatMap(({ facts }) => facts.hookRuns?.toReversed() ?? []);
  const isTold = runs.find(({ hook }) => hook === 'thaw')?.exitCode !== 0;
  if (database.isQuiesced && !isTold) machine.violate('the database is still quiesced, and nobody is told');
}

/** Policies with which the appliance is brought up after its engine was away. */
const REVIVED = ['always', 'unless-stopped'];

/** What no gate may let pass. */
const NEVER_GOOD = ['exits', 'never-healthy', 'wrong-version'];
const TAKES_OVER_ANEW: readonly OperationKind[] = ['upgrade', 'promotion'];

function checkEnd({ machine, daemon, site }: Simulation, operation: Operation | null, active: Release): void {
  if (!operation || operation.state === 'running') return;
  const { state, kind, reason } = operation;
  const endsOn = state === 'succeeded' && kind !== 'rehearsal' ? operation.to : operation.from;
  if (state !== 'needs-attention' && active.id !== endsOn) {
    machine.violate(`${kind} ${state}, and ${active.id} is active instead of ${endsOn}`);
  }
  if (
    state === 'succeeded' &&
    TAKES_OVER_ANEW.includes(kind) &&
    NEVER_GOOD.includes(site.behaviours.get(active.version) ?? '')
  ) {
    machine.violate(`${active.version} took over, and ${site.behaviours.get(active.version)}`);
  }
  // A rehearsal takes over nothing.
  if (state === 'succeeded' && kind !== 'rehearsal' && machine.circumstances.tamperedWith.includes(operation.to)) {
    machine.violate(`${kind} took over without its data`);
  }
  const confirmation = daemon.journal.confirmations.ofOperation(operation.id);
  if (
    TAKES_OVER_ANEW.includes(kind) &&
    state === 'succeeded' &&
    operation.facts.confirmWithinMs &&
    confirmation?.state !== 'confirmed'
  ) {
    if (!machine.circumstances.byHand) machine.violate(`${active.version} stays, and nobody confirmed it`);
  }
  if (state !== 'succeeded' && !reason) machine.violate(`${kind} ended as ${state} without a reason`);
  if (state === 'needs-attention' && !isExcused(machine, operation)) {
    machine.violate(`${kind} needs attention, and nothing happened that explains it: ${reason}`);
  }
}

function isExcused({ circumstances }: Machine, { facts, recoveries }: Operation): boolean {
  return (
    circumstances.byHand ||
    facts.doubt !== undefined ||
    facts.hookRuns?.some(({ exitCode }) => exitCode !== 0) === true ||
    recoveries > REAL_TRIES ||
    circumstances.faults.length >= REAL_TRIES ||
    circumstances.faults.includes('journal full')
  );
}

function checkRunning({ machine, daemon, site }: Simulation, operation: Operation | null, active: Release): void {
  const running = machine.processes.appliances();
  const server = controllerOf(active);
  const records = daemon.journal.instances(active.id);
  const record = records.find(({ service }) => service === server.name);
  const container = containersOf(machine).find(({ id }) => id === record?.containerId);
  for (const { containerId, version } of running) {
    if (containerId !== record?.containerId) machine.violate(`${version} runs, and is not the active release`);
  }
  const mayBeDown =
    machine.circumstances.byHand ||
    (operation?.state === 'needs-attention' && failedEngines(operation.facts).length === 0) ||
    (machine.circumstances.engineEnded && !REVIVED.includes(site.restartPolicy)) ||
    site.behaviours.get(active.version) === 'dies-later';
  if (mayBeDown) {
    if (!container?.state.Running) machine.circumstances.isDown = true;
    return;
  }
  if (machine.circumstances.isDown) return;
  if (!container) {
    machine.violate(`the container of the active release ${active.version} is gone`);
    return;
  }
  if (!container.state.Running) machine.violate(`the active release ${active.version} does not run`);
  if (container.name !== server.containerName) machine.violate(`the active container is ${container.name}`);
  if (container.imageId !== server.image.imageId) machine.violate('the active container has another image');
  checkPolicies(machine, active, records);
  const agentMayBeDown = (version: string, { role }: ServiceSpec) =>
    (role === 'node' ? site.behaviours : site.agentBehaviours).get(version) === 'dies-later';
  const containerIdOf = (name: string) => records.find(({ service }) => service === name)?.containerId;
  checkAgents(machine, active, containersOf(machine), containerIdOf, agentMayBeDown);
}

function checkPolicies(machine: Machine, active: Release, records: readonly InstanceRecord[]): void {
  const policyOf = ({ hostConfig }: ContainerRecord) =>
    (hostConfig['RestartPolicy'] as { Name?: string } | undefined)?.Name || 'no';
  for (const container of containersOf(machine)) {
    const name = records.find(({ containerId }) => containerId === container.id)?.service;
    const service = active.services.find((each) => each.name === name);
    const wanted = service ? restartPolicyOf(service).name : 'no';
    if (policyOf(container) !== wanted)
      machine.violate(`${container.name} has the policy ${policyOf(container)}, not ${wanted}`);
  }
}

const containersOf = ({ engine }: Machine): ContainerRecord[] => engine.parts?.containers.list() ?? [];

function checkLeftOver({ machine, daemon }: Simulation): void {
  const { journal } = daemon;
  const releases = journal.releases(APPLIANCE).filter(({ status }) => status !== 'failed');
  const known = new Set(releases.flatMap(({ id }) => journal.instances(id).map(({ containerId }) => containerId)));
  for (const { name } of machine.engine.parts?.networks.list() ?? []) {
    if (name.startsWith('belay-')) machine.violate(`the network ${name} is left over`);
  }
  for (const { id, name } of containersOf(machine)) {
    if (!known.has(id)) machine.violate(`the container ${name} is left over`);
  }
  const slots = journal.slots(APPLIANCE).filter(({ state }) => state !== 'discarded');
  const listed = new Set(slots.flatMap(({ mounts }) => mounts.flatMap((mount) => [mount.volume, mount.parkedPath])));
  for (const { Name } of machine.engine.parts?.volumes.list() ?? []) {
    if (!listed.has(Name)) machine.violate(`the volume ${Name} is left over`);
  }
  for (const name of machine.disk.list('/srv')) {
    if (name.startsWith('.') && !listed.has(`/srv/${name}`)) machine.violate(`/srv/${name} is left over`);
  }
  for (const slot of slots) {
    if (slot.state === 'preparing' && !machine.circumstances.byHand) {
      const users = journal.releases(APPLIANCE).filter(({ slot: id }) => id === slot.id);
      const needsAttention = journal.operations(APPLIANCE, 50).some((one) => one.state === 'needs-attention');
      if (users.every(({ status }) => status === 'failed') && !needsAttention) {
        machine.violate(`${slot.id} is still being prepared, and nobody prepares it`);
      }
    }
  }
}
