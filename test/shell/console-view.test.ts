import { expect, it } from 'vitest';
import type { ConsoleView } from '../../src/api/contract/console.ts';
import { createPaint } from '../../src/shell/paint.ts';
import { consoleLines } from '../../src/shell/views/console.ts';

const OFF: ConsoleView = { state: 'off', url: null, isEncrypted: false, tokenFile: null, trouble: null };
const lines = (view: Partial<ConsoleView>, width = 80) =>
  consoleLines({ ...OFF, ...view }, { width, paint: createPaint(false) });

it('says how to turn it on', () => {
  expect(lines({})).toContain('To turn it on: BELAY_LISTEN=127.0.0.1:8443 belay daemon');
});

it('says where it is, who may read the token, and how to get there from elsewhere', () => {
  const view = {
    state: 'listening',
    url: 'http://127.0.0.1:8443/',
    tokenFile: '/var/lib/belay/console-token',
  } as const;
  expect(lines(view)).toEqual([
    'State      listening',
    'Page       http://127.0.0.1:8443/',
    'Encrypted  no: it can be reached from this machine only',
    'Token      in /var/lib/belay/console-token, for its owner alone',
    'From elsewhere: ssh -L 8443:127.0.0.1:8443 HOST',
  ]);
  expect(lines({ ...view, url: 'https://localhost:8443/', isEncrypted: true }).join()).not.toContain('ssh');
  expect(lines(view, 40).every((line) => line.length <= 40)).toBe(true);
});

it('says why it does not listen, and what to do', () => {
  const trouble = { message: '127.0.0.1:8443 is taken by another process.', hint: 'It is tried again every 2 s.' };
  expect(lines({ state: 'not-listening', url: 'http://127.0.0.1:8443/', tokenFile: '/t', trouble }).join('\n')).toMatch(
    /State +not listening\n(?:.|\n)*Why +127\.0\.0\.1:8443 is taken by another process\.\nIt is tried again every 2 s\.$/,
  );
});
