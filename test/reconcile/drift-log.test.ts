import { expect, it } from 'vitest';
import type { Drift } from '../../src/reconcile/drift.ts';
import { DriftLog } from '../../src/reconcile/drift-log.ts';

const drift = (subject: string, message = 'It is paused.'): Drift => ({
  code: 'container-paused',
  level: 'warning',
  subject,
  message,
  hint: 'docker unpause',
});

it('tells a drift at the second look that finds it, once, and that it is over', () => {
  const log = new DriftLog();
  expect(log.take([drift('server')])).toEqual({ appeared: [], cleared: [], isUnsettled: true });
  expect(log.take([drift('server')])).toMatchObject({ appeared: [drift('server')], isUnsettled: false });
  expect(log.take([drift('server', 'It is still paused.')])).toEqual({ appeared: [], cleared: [], isUnsettled: false });
  expect(log.take([])).toMatchObject({ appeared: [], cleared: [drift('server')] });
});

it('says nothing of what is gone at the second look', () => {
  const log = new DriftLog();
  log.take([drift('server')]);
  expect(log.take([])).toEqual({ appeared: [], cleared: [], isUnsettled: false });
  expect(log.take([drift('server')])).toMatchObject({ appeared: [], isUnsettled: true });
});

it('keeps two of one kind apart', () => {
  const log = new DriftLog();
  log.take([drift('server'), drift('engine')]);
  log.take([drift('server'), drift('engine')]);
  expect(log.take([drift('engine')])).toMatchObject({ appeared: [], cleared: [drift('server')] });
});
