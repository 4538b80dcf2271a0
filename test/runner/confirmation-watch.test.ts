import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Confirmation, deadlineIn, leftToConfirmMs } from '../../src/domain/confirmation.ts';
import { BelayError } from '../../src/domain/errors.ts';
import { newOperationId } from '../../src/domain/ids.ts';
import type { NewOperation } from '../../src/domain/ports/journal.ts';
import { ConfirmationWatch } from '../../src/runner/confirmation-watch.ts';
import { ScriptedWorld } from '../support/scripted-world.ts';
import { SetClock } from '../support/set-clock.ts';
import { aRelease } from '../support/specimens.ts';

const windowMs = 600_000;
let script: ScriptedWorld;
let clock: SetClock;
let upgrade: NewOperation;
/** Set by a test that has it refused. */
let refusal: BelayError | null;
let asked: string[];
let troubles: (string | null)[];

beforeEach(() => {
  script = new ScriptedWorld();
  clock = new SetClock();
  refusal = null;
  asked = [];
  troubles = [];
  upgrade = {
    ...script.begin(script.sequence('upgrade', ['commit'], 'commit', 'commit')),
    facts: { confirmWithinMs: windowMs },
  };
  script.journal.begin(upgrade, clock.now());
  script.journal.commit(upgrade.id, 'commit', clock.now(), { windowMs, ...deadlineIn(windowMs, clock) });
  script.journal.finish(upgrade.id, 'succeeded', null, clock.now());
});
afterEach(() => script.close());

/** As a daemon has it; `goBack` begins a rollback that runs until the test ends it. */
function watch(): ConfirmationWatch {
  return new ConfirmationWatch({
    world: { journal: script.journal, clock },
    goBack: async (confirmation, because) => {
      asked.push(because);
      if (refusal) throw refusal;
      return beginRollback(confirmation);
    },
    onTrouble: (_appliance, trouble) => troubles.push(trouble),
  });
}

function beginRollback({ release }: Confirmation): string {
  const from = script.journal.release(upgrade.from);
  const to = aRelease({
    ...from,
    status: 'candidate',
    origin: 'rollback',
    copyOf: upgrade.from,
    previous: release,
    id: `R${newOperationId().slice(1)}`,
  });
  const rollback: NewOperation = {
    id: newOperationId(),
    kind: 'rollback',
    appliance: 'acme',
    from: release,
    by: 'belay',
    steps: [],
    to,
    slot: null,
  };
  return script.journal.begin(rollback, clock.now()).id;
}

const pending = () => script.journal.confirmations.pendingOf('acme');
const running = () => script.journal.unfinished()[0];

describe('a release that nobody confirms', () => {
  test('goes back when its window is over, and not before', async () => {
    const one = watch();
    expect(await one.tick()).toBe(1_000);
    clock.pass(windowMs - 300);
    expect(await one.tick()).toBe(300);
    expect(asked).toEqual([]);
    clock.pass(300);
    await one.tick();
    expect(asked).toEqual(['2.0 was not confirmed within 10 min.']);
  });

  test('goes back once, however long that takes', async () => {
    const one = watch();
    clock.pass(windowMs);
    await one.tick();
    clock.pass(3_600_000);
    await one.tick();
    expect(asked).toHaveLength(1);
    script.journal.commit(running()?.id ?? '', 'commit', clock.now());
    expect(pending()).toBeNull();
    await one.tick();
    expect(script.journal.confirmations.ofOperation(upgrade.id)).toMatchObject({ state: 'reverted', endedBy: 'belay' });
    expect(troubles.at(-1)).toBeNull();
  });

  test('goes back at the start of a daemon that was not there', async () => {
    clock.pass(windowMs * 7);
    await watch().tick();
    expect(asked).toHaveLength(1);
  });

  test('goes back at the start of a daemon after a reboot', async () => {
    clock.reboot(windowMs);
    await watch().tick();
    expect(asked).toHaveLength(1);
  });

  test('is tried again, less and less often, where that is refused, and it is said', async () => {
    refusal = new BelayError('data-missing', 'The volume is gone.');
    const one = watch();
    clock.pass(windowMs);
    for (let second = 0; second < 3_600; second++) {
      await one.tick();
      clock.pass(1_000);
    }
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.length).toBeLessThan(25);
    expect(troubles.at(-1)).toBe('2.0 was not confirmed within 10 min. It could not go back yet: The volume is gone.');
    refusal = null;
    clock.pass(300_000);
    await one.tick();
    expect(running()).toBeTruthy();
  });

  test('goes back as soon as whoever holds the appliance lets go of it', async () => {
    refusal = new BelayError('busy', 'acme is held by somebody.');
    const one = watch();
    clock.pass(windowMs);
    await one.tick();
    expect(troubles.at(-1)).toContain('acme is held by somebody.');
    refusal = null;
    clock.pass(1_000);
    await one.tick();
    expect(running()).toBeTruthy();
  });

  test('is tried again where the rollback failed', async () => {
    const one = watch();
    clock.pass(windowMs);
    await one.tick();
    script.journal.finish(running()?.id ?? '', 'failed', 'The container cannot be made.', clock.now());
    await one.tick();
    expect(asked).toHaveLength(1);
    expect(troubles.at(-1)).toBe('The container cannot be made.');
    clock.pass(5_000);
    await one.tick();
    expect(asked).toHaveLength(2);
  });
});

describe('what ends the wait', () => {
  test('is a confirmation', async () => {
    script.journal.confirmations.confirm(upgrade.id, 'eve', clock.now());
    clock.pass(windowMs * 2);
    await watch().tick();
    expect(asked).toEqual([]);
    expect(script.journal.confirmations.ofOperation(upgrade.id)).toMatchObject({ state: 'confirmed', endedBy: 'eve' });
  });

  test('is a rollback that somebody began', async () => {
    const confirmation = pending() as Confirmation;
    script.journal.commit(beginRollback(confirmation), 'commit', clock.now());
    expect(pending()).toBeNull();
  });

  test('is no upgrade: that is refused', () => {
    const another = {
      ...upgrade,
      id: newOperationId(),
      from: upgrade.to.id,
      to: aRelease({ status: 'candidate' }),
      slot: null,
    };
    expect(() => script.journal.begin(another, clock.now())).toThrow(
      expect.objectContaining({
        code: 'refused',
        message: '2.0 of acme waits to be confirmed.',
        hint: 'First keep it (confirm system) or go back (rollback system).',
      }),
    );
  });
});

describe('a clock that is wrong after a reboot', () => {
  test('and set years back neither ends the window nor makes it longer', async () => {
    clock.reboot(0);
    clock.setWallClock(-56 * 365 * 86_400_000);
    const one = watch();
    await one.tick();
    expect(leftToConfirmMs(pending() as Confirmation, clock)).toBe(windowMs);
    clock.pass(windowMs - 1_000);
    clock.setWallClock(-3_600_000);
    await one.tick();
    expect(asked).toEqual([]);
    clock.pass(1_000);
    await one.tick();
    expect(asked).toHaveLength(1);
  });

  test('and put right by the network later changes nothing any more', async () => {
    clock.pass(60_000);
    clock.reboot(0);
    const one = watch();
    await one.tick();
    clock.setWallClock(10 * 365 * 86_400_000);
    await one.tick();
    expect(asked).toEqual([]);
    expect(leftToConfirmMs(pending() as Confirmation, clock)).toBe(windowMs - 60_000);
  });
});
