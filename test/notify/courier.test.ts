import { afterEach, beforeEach, expect, test } from 'vitest';
import { COMMAND_TARGET, type Notice } from '../../src/domain/notice.ts';
import type { NotifyRules } from '../../src/domain/notify-rules.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import type { NewOperation } from '../../src/domain/ports/journal.ts';
import { Courier } from '../../src/notify/courier.ts';
import { NOT_NAMED, type SendFailure } from '../../src/notify/sender.ts';
import { ScriptedWorld } from '../support/scripted-world.ts';
import { SetClock } from '../support/set-clock.ts';

const URL = 'https://ops.example.com/hook';
const RULES: NotifyRules = {
  webhooks: [{ url: URL, secretFile: null, events: ['succeeded', 'rolled-back', 'failed', 'needs-attention'] }],
  command: null,
};

let script: ScriptedWorld;
let clock: SetClock;
let upgrade: NewOperation;
let sent: { target: string; notice: Notice }[];
/** What the next attempts come to; success behind them. */
let outcomes: (SendFailure | Promise<SendFailure>)[];

beforeEach(() => {
  script = new ScriptedWorld();
  clock = new SetClock();
  sent = [];
  outcomes = [];
  upgrade = script.begin(script.sequence('upgrade', ['commit'], 'commit', 'commit'));
  notify(RULES);
});
afterEach(() => script.close());

const notify = (rules: NotifyRules) => script.journal.setPolicy('acme', { ...DEFAULT_POLICY, notify: rules });
const deliveries = () => script.journal.notices.deliveries('acme', 100);

function courier(): Courier {
  return new Courier({
    journal: script.journal,
    clock,
    send: async (_appliance, target, notice) => {
      sent.push({ target, notice });
      return (await outcomes.shift()) ?? null;
    },
    onTrouble: (message) => {
      throw new Error(message);
    },
  });
}

async function tick(by = courier()): Promise<void> {
  by.tick(new AbortController().signal);
  await new Promise((resolve) => setTimeout(resolve, 5));
}

function end(state: 'succeeded' | 'rolled-back', reason: string | null = null): void {
  script.journal.begin(upgrade, clock.now());
  if (state === 'succeeded') script.journal.commit(upgrade.id, 'commit', clock.now());
  script.journal.finish(upgrade.id, state, reason, clock.now());
}

test('how an operation ended is told once, with a sentence for people', async () => {
  end('rolled-back', '2.0 did not prove itself.');
  await tick();
  await tick();
  expect(sent).toHaveLength(1);
  expect(sent[0]?.notice).toMatchObject({
    event: 'rolled-back',
    appliance: 'acme',
    text: 'acme is back on 1.0: the upgrade to 2.0 did not succeed. 2.0 did not prove itself.',
    operation: { id: upgrade.id, kind: 'upgrade', from: '1.0', to: '2.0', by: 'admin', state: 'rolled-back' },
  });
  expect(deliveries()).toMatchObject([{ state: 'delivered', attempts: 1, error: null }]);
});

test('that it begins is told to those who ask for it', async () => {
  script.journal.begin(upgrade, clock.now());
  await tick();
  expect(sent).toEqual([]);
  notify({ webhooks: [{ url: URL, secretFile: null, events: ['started'] }], command: null });
  script.journal.finish(upgrade.id, 'failed', 'no', clock.now());
  await tick();
  expect(sent).toEqual([]);
  const again = { ...upgrade, id: 'OAAAAAAAAAA', to: { ...upgrade.to, id: 'RAAAAAAAAAA' }, slot: null };
  script.journal.begin(again, clock.now());
  await tick();
  expect(sent.map(({ notice }) => notice.text)).toEqual(['acme: the upgrade to 2.0 has begun, by admin.']);
});

test('the command hears of every end', async () => {
  const command = {
    command: ['told'],
    service: null,
    image: null,
    environment: {},
    volumes: [],
    deadlineMs: 1_000,
  };
  notify({ webhooks: [], command });
  end('succeeded');
  await tick();
  expect(sent.map(({ target }) => target)).toEqual([COMMAND_TARGET]);
});

test('what does not arrive is tried again, later each time, with the same id, and given up after two days', async () => {
  end('succeeded');
  const refused = { error: 'it answers 500', isFinal: false };
  outcomes = Array.from({ length: 20 }, () => refused);
  const beganMs = clock.monotonicMs();
  const triedAtMs: number[] = [];
  for (let round = 0; round < 20; round++) {
    const before = sent.length;
    await tick();
    if (sent.length > before) triedAtMs.push(clock.monotonicMs() - beganMs);
    const [delivery] = deliveries();
    if (delivery?.state === 'given-up') break;
    clock.pass((delivery?.nextAt?.getTime() ?? 0) - clock.now().getTime());
  }
  const pausesMs = triedAtMs.slice(1).map((ms, index) => ms - (triedAtMs[index] as number));
  expect(pausesMs[0]).toBe(5_000);
  expect(pausesMs).toEqual([...pausesMs].sort((a, b) => a - b));
  expect(triedAtMs.at(-1)).toBeGreaterThan(40 * 3_600_000);
  expect(new Set(sent.map(({ notice }) => notice.id)).size).toBe(1);
  expect(deliveries()).toMatchObject([
    { state: 'given-up', attempts: sent.length, error: 'it answers 500', nextAt: null },
  ]);
});

test('what nobody wants any more is given up at once', async () => {
  end('succeeded');
  outcomes = [{ error: 'it answers 410', isFinal: true }];
  await tick();
  expect(deliveries()).toMatchObject([{ state: 'given-up', attempts: 1 }]);
});

test('a target that the manifest has lost is told nothing', async () => {
  end('succeeded');
  outcomes = [NOT_NAMED];
  await tick();
  expect(deliveries()[0]?.error).toBe('the manifest does not name it any more');
});

test('what one daemon left is delivered by the next, and nothing is told twice', async () => {
  end('succeeded');
  outcomes = [new Promise<SendFailure>(() => {})];
  await tick();
  expect(deliveries()).toMatchObject([{ state: 'waiting', attempts: 0 }]);
  await tick();
  expect(sent).toHaveLength(2);
  expect(sent[0]?.notice.id).toBe(sent[1]?.notice.id);
  expect(deliveries()).toMatchObject([{ state: 'delivered', attempts: 1 }]);
  await tick();
  expect(sent).toHaveLength(2);
});

test('one that is slow does not keep the others waiting', async () => {
  const other = 'https://other.example.com/';
  notify({ ...RULES, webhooks: [...RULES.webhooks, { url: other, secretFile: null, events: ['succeeded'] }] });
  end('succeeded');
  outcomes = [new Promise<SendFailure>(() => {})];
  await tick();
  expect(deliveries()).toMatchObject([
    { target: other, state: 'delivered' },
    { target: URL, state: 'waiting' },
  ]);
});

test('a wall clock that is set back by a month does not hold anything up', async () => {
  end('succeeded');
  outcomes = [{ error: 'it answers 500', isFinal: false }];
  await tick();
  clock.setWallClock(-30 * 86_400_000);
  await tick();
  expect(deliveries()).toMatchObject([{ state: 'delivered', attempts: 2 }]);
});

test('a secret in a reason is not told', async () => {
  end('rolled-back', 'cannot reach postgres://acme:canary-secret@db/acme');
  await tick();
  expect(JSON.stringify(sent)).not.toContain('canary-secret');
});

test('a test is told to everybody, and is of no operation', async () => {
  const one = courier();
  expect(one.tryOut('acme', 'admin')).toEqual([URL]);
  await tick(one);
  expect(sent[0]?.notice).toMatchObject({ event: 'test', operation: null });
});
