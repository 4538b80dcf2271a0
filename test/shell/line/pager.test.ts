import { expect, test } from 'vitest';
import type { Screen } from '../screen.ts';
import { Stage } from '../stage.ts';

const stage = new Stage();
const SMALL = { columns: 60, rows: 12 };
const STATUS = /^-- (\d+) of (\d+) /;

const statusOf = (screen: Screen): string => screen.lines().findLast((line) => STATUS.test(line)) ?? '';
const untilAt = (screen: Screen, row: number): Promise<void> =>
  screen.until(() => statusOf(screen).startsWith(`-- ${row} of`), `row ${row}`);

async function openPages(): Promise<Screen> {
  const screen = await stage.openAtPrompt(SMALL);
  screen.type('show system | json\r');
  await untilAt(screen, 11);
  return screen;
}

test('what fits is shown at once, what does not stops at the end of the screen', async () => {
  const screen = await openPages();
  expect(screen.lines().slice(-12).slice(0, 2)).toEqual(['{', '  "appliance": "acme",']);
  screen.type('q');
  await screen.untilPrompt();
  expect(screen.lines().some((line) => STATUS.test(line))).toBe(false);
  screen.type('show terminal\r');
  await screen.untilShown('Idle timeout');
  await screen.untilPrompt();
});

test('space, Enter, b, arrows, G and g go where they should; the end leads back to the prompt', async () => {
  const screen = await openPages();
  screen.type('\r');
  await untilAt(screen, 12);
  screen.type(' ');
  await untilAt(screen, 23);
  screen.type('b');
  await untilAt(screen, 12);
  screen.type('\x1b[A');
  await untilAt(screen, 11);
  screen.type('G');
  await screen.untilShown('100 %');
  screen.type('g');
  await untilAt(screen, 11);
  screen.type('      ');
  await screen.untilPrompt();
  expect(screen.lines()).toContain('  "lastOperation": null');
});

test('/ and n find lines, and say where there is none', async () => {
  const screen = await openPages();
  screen.type('/health\r');
  await screen.until(() => screen.lines().slice(-12)[0]?.includes('"health"') === true, 'the line at the top');
  screen.type('/zzz\r');
  await screen.untilShown('Not found.');
  screen.type('/(\r');
  await screen.untilShown('not a regular expression');
  screen.type('\x03');
  await screen.untilPrompt();
});

test('n goes on from what was found, also where the end lets it not come to the top', async () => {
  const screen = await openPages();
  screen.type('/lastOperation\r');
  await screen.untilShown('100 %');
  expect(screen.written).toMatch(/\x1b\[7m *"lastOperation": null\x1b\[27m/);
  screen.type('n');
  await screen.untilShown('Not found.');
  screen.type('N');
  await screen.until(() => statusOf(screen).includes('Not found.'), 'that there is none before');
  screen.type('q');
  await screen.untilPrompt();
});

test('a resize keeps the place', async () => {
  const screen = await openPages();
  screen.type(' ');
  await untilAt(screen, 22);
  const top = screen.lines().slice(-12)[0];
  screen.resize(50, 9);
  await screen.until(() => screen.lines().slice(-9)[0] === top, 'the same line at the top');
  screen.type('q');
  await screen.untilPrompt();
});

test('keys behind q are for the prompt, and what was typed ahead is not eaten', async () => {
  const screen = await openPages();
  screen.type('qshow ver');
  await screen.untilPrompt('show ver');
  screen.type('\x15show system | json\rshow rel');
  await screen.untilPrompt('show rel');
  expect(screen.lines()).toContain('  "lastOperation": null');
});

test('no-more and terminal length 0 never stop; terminal length N stops sooner', async () => {
  const screen = await stage.openAtPrompt(SMALL);
  screen.type('show system | json | no-more\r');
  await screen.untilPrompt();
  screen.type('terminal length 0\r');
  await screen.untilPrompt();
  screen.type('show system | json\r');
  await screen.until(() => screen.lines().filter((line) => line.includes('lastOperation')).length === 2, 'both');
  await screen.untilPrompt();
  screen.type('terminal length 5\r');
  await screen.untilPrompt();
  screen.type('show system | json\r');
  await untilAt(screen, 4);
});
