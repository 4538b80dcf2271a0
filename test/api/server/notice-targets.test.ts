import { afterEach, beforeEach, expect, test } from 'vitest';
import { targetName } from '../../../src/api/server/notice-targets.ts';
import { notificationAttention } from '../../../src/api/server/notification-routes.ts';
import { DEFAULT_POLICY } from '../../../src/domain/policy.ts';
import { testNotice } from '../../../src/notify/notice-of.ts';
import { ScriptedWorld } from '../../support/scripted-world.ts';

const webhook = (url: string) => ({ url, secretFile: null, events: ['failed' as const] });
const FIRST = 'https://user:pass@chat.example.com/services/T0CANARY1';
const SECOND = 'https://chat.example.com/services/T0CANARY2';
const OTHER = 'https://ops.example.com/hook?key=CANARY3';
const RULES = { webhooks: [FIRST, OTHER, SECOND].map(webhook), command: null };

let script: ScriptedWorld;
beforeEach(() => {
  script = new ScriptedWorld();
  const { from } = script.begin(script.sequence('upgrade', ['commit'], 'commit', 'commit'));
  expect(script.journal.release(from)?.appliance).toBe('acme');
});
afterEach(() => script.close());

test('webhooks of one host are told apart, without what is secret in them', () => {
  const names = [FIRST, OTHER, SECOND].map((url) => targetName(url, RULES));
  expect(names).toEqual([
    'webhook 1 at https://chat.example.com/…',
    'https://ops.example.com/…',
    'webhook 3 at https://chat.example.com/…',
  ]);
  expect(names.join()).not.toMatch(/CANARY|pass/);
  expect(targetName('https://chat.example.com/services/OLD', RULES)).toBe(
    'a former webhook at https://chat.example.com/…',
  );
  expect(targetName('https://gone.example.com/x', RULES)).toBe('https://gone.example.com/…');
});

test('who is not named any more is nobody that notices do not reach', () => {
  const at = new Date();
  const { journal } = script;
  journal.notices.add(testNotice('acme', 'admin', at), [FIRST, SECOND]);
  for (const { sequenceNumber } of journal.notices.deliveries('acme', 10)) {
    journal.notices.failed(sequenceNumber, { error: 'it answers 410', at, nextAt: null });
  }
  const attention = (urls: string[]) => {
    const policy = { ...DEFAULT_POLICY, notify: { webhooks: urls.map(webhook), command: null } };
    return notificationAttention(journal, { name: 'acme', policy }).map(({ message }) => message);
  };
  expect(attention([FIRST, SECOND])).toEqual([
    'Notices do not reach webhook 2 at https://chat.example.com/…: it answers 410 (1 attempt).',
    'Notices do not reach webhook 1 at https://chat.example.com/…: it answers 410 (1 attempt).',
  ]);
  expect(attention([SECOND])).toEqual(['Notices do not reach https://chat.example.com/…: it answers 410 (1 attempt).']);
  expect(attention([])).toEqual([]);
  journal.notices.add(testNotice('acme', 'admin', at), [OTHER]);
  const [latest] = journal.notices.deliveries('acme', 1);
  journal.notices.failed(latest?.sequenceNumber ?? 0, { error: 'it answers 500', at, nextAt: null });
  expect(attention([FIRST, SECOND, OTHER])).toEqual(['Notices do not reach 3 of those who are told.']);
});
