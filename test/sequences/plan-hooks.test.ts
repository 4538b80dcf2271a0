import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HookRun, Hooks } from '../../src/domain/hooks.ts';
import { newOperationId, type OperationId } from '../../src/domain/ids.ts';
import type { OperationKind } from '../../src/domain/operation.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import type { Release } from '../../src/domain/release.ts';
import { hooksOfRollback } from '../../src/sequences/plan-hooks.ts';
import { ScriptedWorld } from '../support/scripted-world.ts';
import { aRelease, aService, aSlot } from '../support/specimens.ts';

const hook = { command: ['dump'], service: null, image: null, environment: {}, volumes: [], deadlineMs: 1_000 };
const HOOKS: Hooks = { backup: hook, restore: hook };

const ofVersion = (version: string) => {
  const { image } = aService();
  return [aService({ image: { ...image, tag: version, digest: null, imageId: `sha256:${version}` } })];
};

let script: ScriptedWorld;
let first: Release;
beforeEach(() => {
  script = new ScriptedWorld();
  const slot = aSlot();
  first = aRelease({ version: '1.0', slot: slot.id, services: ofVersion('1.0') });
  script.journal.adopt(first, slot, []);
});
afterEach(() => script.close());

const backup = (): HookRun => {
  const when = { at: '2026-11-21T02:00:00.000Z', tookMs: 40 };
  return { hook: 'backup', version: '1.0', where: 'in server', exitCode: 0, ...when, output: [] };
};

/** An operation from what is active, on a slot of its own, with or without a backup on its way. */
function operation(kind: OperationKind, version: string, options: { backs: boolean; fails?: true }) {
  const id = newOperationId();
  const from = script.journal.appliance('acme')?.active as string;
  const slot = aSlot({ state: 'preparing' });
  const to = aRelease({ version, status: 'candidate', slot: slot.id, previous: from, services: ofVersion(version) });
  const at = new Date();
  script.journal.begin({ id, kind, appliance: 'acme', from, by: 'admin', steps: [], to, slot }, at);
  if (options.backs) script.journal.learn(id, { hookRuns: [backup()] });
  if (!options.fails) script.journal.commit(id, 'commit', at);
  script.journal.finish(id, options.fails ? 'rolled-back' : 'succeeded', null, at);
  return { id, to };
}

async function restoredFor(target: Release): Promise<OperationId | null> {
  const { journal, host } = script.world;
  const policy = { ...DEFAULT_POLICY, hooks: HOOKS };
  const subject = { policy, hasMounts: true, from: '2.0', to: target.version };
  const { planned } = await hooksOfRollback({ host, journal }, subject, target);
  return planned.backup;
}

test('a release is gone back to with the backup made when it was left', async () => {
  operation('upgrade', '2.0', { backs: true, fails: true });
  const { id } = operation('upgrade', '2.0', { backs: true });
  operation('upgrade', '3.0', { backs: true });
  expect(await restoredFor(first)).toBe(id);
});

test('left by a move, it is the backup made when its software was left', async () => {
  const { to: moved } = operation('move', '1.0', { backs: false });
  const { id } = operation('upgrade', '2.0', { backs: true });
  operation('upgrade', '3.0', { backs: true });
  expect(await restoredFor(first)).toBe(id);
  expect(await restoredFor(moved)).toBe(id);
});

test('what was backed up before it was last left, or by other software, is not it', async () => {
  operation('upgrade', '2.0', { backs: true, fails: true });
  operation('upgrade', '2.0', { backs: false });
  operation('upgrade', '3.0', { backs: true });
  expect(await restoredFor(first)).toBeNull();
});
