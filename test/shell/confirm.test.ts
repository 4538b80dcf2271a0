import { expect, test } from 'vitest';
import type { Screen } from './screen.ts';
import { Stage } from './stage.ts';

const stage = new Stage();

/** Sessions that have found out that the release has to be confirmed. */
async function openUnconfirmed(): Promise<[Screen, Screen]> {
  stage.daemon.awaitConfirmation(572_000);
  const screens: [Screen, Screen] = [stage.open(), stage.open()];
  for (const screen of screens) await screen.untilShown('[admin@acme](unconfirmed 9:');
  return screens;
}

test('the countdown stands in the prompt of every session, and runs', async () => {
  const [one, other] = await openUnconfirmed();
  for (const screen of [one, other]) await screen.untilShown('[admin@acme](unconfirmed 9:29)>');
  one.type('show sys');
  await one.untilShown('[admin@acme](unconfirmed 9:27)> show sys');
  await one.untilPrompt('show sys');
});

test('confirm system asks, and ends the countdown of all', async () => {
  const [one, other] = await openUnconfirmed();
  one.type('confirm sys\r');
  await one.untilShown('This keeps 2.0.4 on acme: it does not go back to 2.0.3 by itself.');
  one.type('yes\r');
  await one.untilShown('acme stays on 2.0.4');
  await one.until(() => one.beforeCursor() === '[admin@acme]> ', 'the plain prompt');
  expect(one.lines().some((line) => line.includes('has confirmed'))).toBe(false);
  await other.untilShown('has confirmed 2.0.4 of acme: it stays.');
  await other.until(() => other.beforeCursor() === '[admin@acme]> ', 'the plain prompt');
  one.type('confirm system --yes\r');
  await one.untilShown('% Nothing waits to be confirmed.');
});

test('an upgrade takes confirm-within, and its question says so', async () => {
  const screen = await stage.openAtPrompt({ columns: 80, rows: 30 });
  screen.type('upgrade system 2.1.0 conf');
  screen.type('\t10m\r');
  await screen.untilShown('within 10 min (confirm system), or it goes back to 2.0.4 by');
  screen.type('no\r');
  await screen.untilShown('Nothing was changed.');
  screen.type('upgrade system 2.1.0 confirm-within ten\r');
  await screen.untilShown('A duration is written like 90s, 10m or 1h30m.');
});

test('a running upgrade is aborted, which the others are told', async () => {
  await stage.replaceDaemon({ stepMs: 2_000 });
  const [one, other] = [await stage.openAtPrompt(), await stage.openAtPrompt()];
  stage.daemon.startUpgrade('2.1.0', 'bob');
  await one.untilShown('[admin@acme](upgrading)>');
  one.type('abort upgrade\r');
  await one.untilShown('This aborts the upgrade of acme to 2.1.0');
  one.type('yes\r');
  await one.untilShown('Nothing was changed: acme still runs 2.0.4.');
  await one.untilShown('Why: The upgrade was aborted by admin.');
  await other.untilShown('admin aborted the upgrade of acme.');
});

test('a running upgrade is given more time, and the status says by whom', async () => {
  const screen = await stage.openAtPrompt({ columns: 80, rows: 40 });
  screen.type('extend upgrade 10m\r');
  await screen.untilShown('% No upgrade of acme is running.');
  await screen.untilPrompt();
  stage.daemon.startUpgrade('2.1.0', 'bob');
  await screen.untilShown('[admin@acme](upgrading)>');
  screen.type('extend upgrade 10m\r');
  await screen.untilShown('This gives the upgrade of acme to 2.1.0 10m more');
  screen.type('yes\r');
  await screen.untilShown('The upgrade of acme to 2.1.0 has 10m more.');
  stage.daemon.intervene('extend', 'eve');
  await screen.untilShown('eve gave the upgrade of acme 10 min more.');
  screen.type('show upgrade status\r');
  await screen.untilShown('admin gave the upgrade 10 min more');
  expect(screen.lines().filter((line) => line.includes('eve gave the upgrade 10 min more'))).toHaveLength(1);
});
