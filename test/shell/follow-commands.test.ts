import { expect, test } from 'vitest';
import { Stage } from './stage.ts';

const stage = new Stage();

test('a log is shown, filtered, and followed until Ctrl-C', async () => {
  const screen = await stage.openAtPrompt();
  screen.type('show log | include get\r');
  await screen.untilShown('GET / 200');
  await screen.untilPrompt();
  expect(screen.lines().some((line) => line.includes('listening'))).toBe(false);
  screen.type('show log follow | exclude noise\r');
  await screen.untilShown('listening on port 80');
  stage.daemon.say('noise');
  stage.daemon.say('GET /new 200');
  await screen.untilShown('GET /new 200');
  screen.type('\x03');
  await screen.untilPrompt();
  expect(screen.lines().some((line) => line.includes('noise') && !line.includes('exclude'))).toBe(false);
  stage.daemon.say('unheard');
  screen.type('show log follow | first 2\r');
  await screen.untilPrompt();
});

test('events are told as they happen, each once', async () => {
  const screen = await stage.openAtPrompt({ columns: 100, rows: 40 });
  screen.type('show events follow\r');
  await screen.until(() => stage.daemon.calls.filter(({ path }) => path === '/api/events').length >= 2, 'both streams');
  stage.daemon.startUpgrade('2.1.0', 'bob');
  await screen.untilShown('Upgrade of acme from 2.0.4 to 2.1.0: succeeded');
  screen.type('\x03');
  await screen.untilPrompt();
  expect(screen.lines().filter((line) => line.includes('Pull 2.1.0: done')).length).toBe(1);
  screen.type('show events | include "stop|turn off"\r');
  await screen.untilShown('Turn off 2.0.4: done');
});

test('what another session does is told once above a live view, and not where it is turned off', async () => {
  await stage.replaceDaemon({ stepMs: 400 });
  const screen = await stage.openAtPrompt({ columns: 100, rows: 30 });
  screen.type('upgrade system 2.1.0 --yes\r');
  await screen.untilShown('Ctrl-C leaves');
  await screen.until(() => stage.daemon.calls.filter(({ path }) => path === '/api/events').length >= 2, 'both streams');
  const [own] = stage.daemon.operations;
  if (!own) return expect.fail('nothing runs');
  stage.daemon.announce({ ...own, id: 'OAAAAAAAAAA', appliance: 'wiki', by: 'bob', state: 'running' });
  await screen.untilShown('bob has started the upgrade of wiki');
  expect(screen.lines().some((line) => line.includes('Ctrl-C leaves'))).toBe(true);
  await screen.untilShown('acme now runs 2.1.0');
  await screen.untilPrompt();
  expect(screen.lines().filter((line) => line.includes('bob has started')).length).toBe(1);
  screen.type('terminal no monitor\rshow terminal\r');
  await screen.untilShown('Monitor       off');
  stage.daemon.announce({ ...own, id: 'OBBBBBBBBBB', appliance: 'wiki', by: 'carol', state: 'running' });
  screen.type('show terminal\r');
  await screen.until(
    () => screen.lines().filter((line) => line.includes('Monitor       off')).length === 2,
    'it again',
  );
  await screen.untilPrompt();
  expect(screen.lines().some((line) => line.includes('carol'))).toBe(false);
});

test('a watch from another session says what it watches, and whose it is', async () => {
  const screen = await stage.openAtPrompt({ columns: 50, rows: 30 });
  stage.daemon.startUpgrade('2.1.0', 'bob');
  await screen.untilShown('(upgrading)>');
  screen.type('show upgrade status watch\r');
  await screen.untilShown('Upgrade of acme from 2.0.4 to 2.1.0, by bob');
  await screen.untilShown('to come');
  await screen.untilShown('acme now runs 2.1.0');
  await screen.untilPrompt();
});
