import { expect, it } from 'vitest';
import { gateFromLabels } from '../../src/domain/gate-labels.ts';
import { DEFAULT_GATE } from '../../src/domain/service-spec.ts';

it('is the default where no label says otherwise', () => expect(gateFromLabels({ other: 'x' })).toEqual(DEFAULT_GATE));

it.each([
  ['500ms', 500],
  ['10s', 10_000],
  [' 5m ', 300_000],
  ['2h', 7_200_000],
])('reads the duration %s', (text, deadlineMs) => {
  expect(gateFromLabels({ 'io.belay.gate.deadline': text }).deadlineMs).toBe(deadlineMs);
});

it.each([
  [{ 'io.belay.gate.limit': '1h30m' }, 5_400_000],
  [{ 'io.belay.gate.deadline': '3h' }, 10_800_000],
  [{ 'io.belay.gate.deadline': '3h', 'io.belay.gate.limit': '3h' }, 10_800_000],
])('takes the limit from %j', (labels, limitMs) => expect(gateFromLabels(labels).limitMs).toBe(limitMs));

it('refuses a limit below the deadline', () => {
  const labels = { 'io.belay.gate.deadline': '5m', 'io.belay.gate.limit': '1m' };
  expect(() => gateFromLabels(labels)).toThrow('io.belay.gate.limit');
});

it.each([
  ['["acme","--show version"]', ['acme', '--show version']],
  ['cat  /version', ['cat', '/version']],
])('reads the command %s', (text, words) => {
  expect(gateFromLabels({ 'io.belay.version-command': text }).versionCommand).toEqual(words);
});

it.each([
  ['io.belay.gate.deadline', '5 minutes'],
  ['io.belay.gate.stable', '-1s'],
  ['io.belay.gate.stable', '10'],
  ['io.belay.gate.limit', 'for ever'],
  ['io.belay.version-command', '[1]'],
  ['io.belay.version-command', '["a"'],
  ['io.belay.version-command', ''],
])('names the label %s and its value %j where it cannot be read', (label, value) => {
  expect(() => gateFromLabels({ [label]: value })).toThrow(
    expect.objectContaining({
      code: 'invalid-input',
      message: expect.stringMatching(`${label.replaceAll('.', '\\.')}`),
    }),
  );
});
