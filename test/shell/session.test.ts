import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Rewraps, Screen } from './screen.ts';
import { Stage } from './stage.ts';

const stage = new Stage();

const PASTE = (text: string): string => `\x1b[200~${text}\x1b[201~`;

test('forty commands in a row, prompt and live steps alternating', { timeout: 60_000 }, async () => {
  const screen = await stage.openAtPrompt({ columns: 100, rows: 30 });
  const looks = ['show releases', 'show system', 'show versions', 'show foo', 'show upgrade history', 'help', ''];
  screen.type('terminal length 0\r');
  await screen.untilPrompt();
  for (let count = 0; count < 40; count++) {
    const line =
      count % 8 === 4 ? 'upgrade system 2.1.0 --yes' : count % 8 === 7 ? 'rollback system --yes' : looks[count % 7];
    screen.type(`${line}\r`);
    await screen.until(
      () => screen.lines().filter((each) => /^\[admin@acme\].*> /.test(`${each} `)).length >= count + 3,
      `prompt ${count + 3}`,
    );
    await screen.untilPrompt();
  }
  screen.type('exit\r');
  expect(await screen.exited).toBe(0);
  const lines = screen.lines();
  expect(lines.filter((line) => line.startsWith('acme now runs 2.1.0')).length).toBe(5);
  expect(lines.filter((line) => line.includes('Make 2.1.0 the active release')).length).toBe(5);
  expect(screen.written).not.toMatch(/warning/i);
  expect(screen.written.lastIndexOf('\x1b[?2004l')).toBeGreaterThan(screen.written.lastIndexOf('\x1b[?2004h'));
  expect(screen.written.lastIndexOf('\x1b[?25h')).toBeGreaterThan(screen.written.lastIndexOf('\x1b[?25l'));
});

test('three hundred prompts leave no listener behind', { timeout: 60_000 }, async () => {
  const screen = await stage.openAtPrompt();
  screen.type('\r'.repeat(300));
  await screen.until(
    () => screen.lines().filter((line) => line.startsWith('[admin@acme]>')).length >= 301,
    '301 prompts',
  );
  screen.type('show system\r');
  await screen.untilShown('Docker Engine');
  expect(screen.written).not.toMatch(/MaxListeners|warning/i);
});

test('the terminal is as it was when the shell has gone', async () => {
  const script = 'stty -g > "$1/before"; "$2" "$3"; stty -g > "$1/after"';
  const screen = new Screen('/bin/sh', ['-c', script, 'sh', stage.folder, process.execPath, stage.program], {
    columns: 80,
    rows: 24,
    env: stage.environment,
  });
  stage.watch(screen);
  await screen.untilShown('[admin@acme]>');
  screen.type('show sys\r');
  await screen.untilShown('Docker Engine');
  screen.type('\x04');
  expect(await screen.exited).toBe(0);
  expect(await readFile(join(stage.folder, 'after'), 'utf8')).toBe(
    await readFile(join(stage.folder, 'before'), 'utf8'),
  );
});

test('a paste of three lines runs one after another; ? and TAB in it are only text', async () => {
  const screen = await stage.openAtPrompt();
  screen.type(PASTE('show releases\nshow fo?o\t\nshow ver'));
  await screen.untilPrompt('show ver');
  const typed = screen.lines().filter((line) => line.startsWith('[admin@acme]'));
  expect(typed).toEqual(['[admin@acme]> show releases', '[admin@acme]> show fo?o', '[admin@acme]> show ver']);
  expect(screen.lines()).toContain("% Invalid input detected at '^' marker.");
});

test('what is typed while a command runs waits for the prompt', async () => {
  const screen = await stage.openAtPrompt();
  screen.type('upgrade system 2.1.0 --yes\r');
  await screen.untilShown('Ctrl-C leaves');
  screen.type('show releases\rshow sy');
  await screen.untilPrompt('show sy');
  expect(screen.lines().filter((line) => line.startsWith('ID  ')).length).toBe(1);
});

test('? lists what can follow without Enter, and keeps the line', async () => {
  const screen = await stage.openAtPrompt();
  screen.type('show rel?');
  await screen.untilShown('One release in full');
  await screen.untilPrompt('show rel');
  screen.type('\x15upgrade system ?');
  await screen.untilShown('2.2.0    in the registry');
  screen.type('\x15show releases ?');
  await screen.untilShown('<cr>');
  screen.type('\x16?');
  await screen.untilPrompt('show releases ?');
});

test('TAB, ? and Enter at the first prompt wait for what stands behind it', async () => {
  const early = stage.open();
  early.type('upg\tsys\t2.2\t');
  await early.untilPrompt('upgrade system 2.2.0 ');
  const asking = stage.open();
  await asking.untilPrompt();
  asking.type('show rel?');
  await asking.untilShown('One release in full');
  await asking.untilPrompt('show rel');
  const running = stage.open();
  await running.untilPrompt();
  running.type('show system\rexit\r');
  expect(await running.exited).toBe(0);
  expect(running.lines().some((line) => line.includes('Docker Engine'))).toBe(true);
});

test('TAB completes words and live values; the second opens a menu', async () => {
  const screen = await stage.openAtPrompt();
  screen.type('upg\tsys\t');
  await screen.untilPrompt('upgrade system ');
  screen.type('2.2\t');
  await screen.untilPrompt('upgrade system 2.2.0 ');
  screen.type('\x15upgrade system \t\t');
  await screen.untilShown('› 2.2.0');
  screen.type('\x1b[B\r');
  await screen.untilPrompt('upgrade system 2.1.0 ');
  expect(screen.lines().some((line) => line.startsWith('›'))).toBe(false);
});

test('the menu stays below the height of the screen', async () => {
  const screen = await stage.openAtPrompt({ columns: 60, rows: 6 });
  screen.type('show \t\t');
  await screen.until(() => screen.lines().some((line) => /1 of \d+/.test(line)), 'the menu');
  const shown = screen.lines();
  expect(shown.findIndex((line) => line.startsWith('[admin@acme]> show'))).toBeGreaterThanOrEqual(0);
  screen.type('\x1b[A\x1b');
  await screen.until(() => !screen.lines().some((line) => / of \d+/.test(line)), 'the menu to go');
  await screen.untilPrompt('show ');
  // Sooner than anybody types the next letter on purpose, later than a key comes in pieces.
  screen.type('\t');
  await screen.until(() => screen.lines().some((line) => /1 of \d+/.test(line)), 'the menu');
  screen.type('\x1b');
  await new Promise((resolve) => setTimeout(resolve, 150));
  screen.type('rel');
  await screen.untilPrompt('show rel');
});

test('what is typed right behind Ctrl-C is the next line', async () => {
  const screen = await stage.openAtPrompt();
  screen.type('nonsense\x03show ver');
  await screen.untilShown('nonsense^C');
  await screen.untilPrompt('show ver');
});

test('TAB in the middle of a word does not say its end twice', async () => {
  const screen = await stage.openAtPrompt();
  screen.type('show system json\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D\t');
  await screen.untilPrompt('show system');
  expect(screen.lines()).toContain('[admin@acme]> show system json');
});

test('Ctrl-C drops the line, history brings lines back, Ctrl-D leaves', async () => {
  const screen = await stage.openAtPrompt();
  screen.type('show sys\r');
  await screen.untilShown('Docker Engine');
  await screen.untilPrompt();
  screen.type('nonsense\x03');
  await screen.untilShown('nonsense^C');
  await screen.untilPrompt();
  screen.type('\x1b[A');
  await screen.untilPrompt('show sys');
  screen.type('\x1b[B');
  await screen.untilPrompt();
  screen.type('\x04');
  expect(await screen.exited).toBe(0);
  const again = await stage.openAtPrompt();
  again.type('\x1b[A');
  await again.untilPrompt('show sys');
});

test.each([
  ['', false],
  [', also where no event tells of it', true],
] as const)(
  'Ctrl-C in a live view detaches; the operation goes on and its end is told above the prompt%s',
  async (_, isMute) => {
    stage.daemon.isMute = isMute;
    const screen = await stage.openAtPrompt();
    screen.type('upgrade system 2.1.0 --yes\r');
    await screen.untilShown('Ctrl-C leaves');
    screen.type('\x03');
    await screen.untilShown('the operation goes on in the daemon');
    await screen.untilPrompt();
    screen.type('show rel');
    await screen.untilShown('The upgrade of acme to 2.1.0: succeeded.');
    await screen.untilPrompt('show rel');
    expect(stage.daemon.operations[0]?.state).toBe('succeeded');
  },
);

test('another session is told above the line that is being typed', async () => {
  const screen = await stage.openAtPrompt();
  screen.type('show upg');
  await screen.untilPrompt('show upg');
  stage.daemon.startUpgrade('2.1.0', 'bob');
  await screen.untilShown('bob has started the upgrade of acme');
  await screen.untilShown('[admin@acme](upgrading)> show upg');
  screen.type('rade status\r');
  await screen.untilShown('To watch it: show upgrade status watch');
});

test('a version that fails says why and what to type', async () => {
  const screen = await stage.openAtPrompt({ columns: 100, rows: 30 });
  screen.type('upg sys 2.2.0\r');
  await screen.untilShown('Continue? [yes,no] (no)');
  expect(screen.lines()).toContain('upgrade system 2.2.0');
  screen.type('yes\r');
  await screen.untilShown('acme is back on 2.0.4');
  await screen.untilPrompt();
  expect(screen.lines()).toContain('  FATAL: cannot read config');
  expect(screen.lines().some((line) => line.startsWith(' ↩ Turn off 2.0.4'))).toBe(true);
});

test('Enter at the question is no', async () => {
  const screen = await stage.openAtPrompt();
  screen.type('rollback system\r');
  await screen.untilShown('Continue? [yes,no] (no)');
  screen.type('\r');
  await screen.untilShown('Nothing was changed.');
  expect(stage.daemon.operations).toEqual([]);
});

test.each<Rewraps>(['all', 'nothing', 'all but the line with the cursor'])(
  'a resize while typing leaves no trace and takes nothing away, on a terminal that breaks anew: %s',
  async (rewraps) => {
    const screen = await stage.openAtPrompt({ columns: 80, rows: 20, rewraps });
    const shown = (): string[] => screen.lines().map((each) => each.replaceAll(' ', ''));
    const greeting = shown()[0] ?? '';
    const line = 'show releases and some more words to fill the line';
    const typed = `[admin@acme]>${line.replaceAll(' ', '')}`;
    screen.type(line);
    await screen.untilPrompt(line);
    // On such a terminal a line that is on several rows already leaves a copy of its first behind, and nothing is lost.
    for (const columns of rewraps === 'all but the line with the cursor' ? [50] : [60, 50, 40]) {
      screen.resize(columns, 20);
      const rows = Math.ceil((14 + line.length) / columns);
      const isRight = (): boolean => shown().length === 1 + rows && shown().join('') === greeting + typed;
      await screen.until(isRight, `the line on ${rows} rows`);
    }
    // The emulator keeps what is cut off, and shows it again: a terminal that breaks nothing anew does not.
    if (rewraps === 'nothing') return;
    screen.resize(80, 20);
    await screen.until(() => shown().length === 2 && shown()[1] === typed, 'the line on one row');
  },
);

// A frame that is on its way while the window changes is drawn for the width before: nobody can take that back.
test('a resize in a live view leaves no trace', { retry: 3 }, async () => {
  await stage.replaceDaemon({ stepMs: 400 });
  const screen = await stage.openAtPrompt({ columns: 80, rows: 20 });
  screen.type('upgrade system 2.1.0 --yes\r');
  await screen.untilShown('✔ Turn off');
  screen.resize(50, 19);
  await screen.untilShown('steps to come');
  screen.resize(40, 19);
  await screen.untilShown('acme now runs 2.1.0');
  await screen.untilPrompt();
  expect(screen.lines().filter((line) => /Check that|\d\.\d s$/.test(line)).length).toBe(8);
});

test('the first appliance is adopted from the prompt', async () => {
  await stage.replaceDaemon({ stepMs: 30, adopted: false });
  const screen = stage.open();
  await screen.untilShown('Belay looks after nothing yet.');
  await screen.untilPrompt();
  screen.type('adopt nothing\r');
  await screen.untilShown('% There is no container nothing.');
  await screen.untilPrompt();
  screen.type('adopt wiki as library\r');
  await screen.untilShown('Continue? [yes,no] (no)');
  screen.type('y\r');
  await screen.untilShown('library runs 1.0');
  await screen.untilShown('[admin@library]>');
});

test('the shell survives a daemon that goes and comes back', async () => {
  const screen = await stage.openAtPrompt();
  await stage.daemon.stop();
  screen.type('show system\r');
  await screen.untilShown('% No Belay daemon answers.');
  await stage.daemon.start();
  await screen.untilPrompt();
  screen.type('show system\r');
  await screen.untilShown('Docker Engine');
});

test('without a daemon the prompt is there, says so once, and tries again', async () => {
  await stage.daemon.stop();
  const screen = stage.open();
  await screen.untilShown('% No Belay daemon answers.');
  await screen.untilPrompt();
  screen.type('show system\r');
  await screen.until(() => screen.lines().filter((line) => line.startsWith('%')).length === 2, 'the second refusal');
  await screen.untilPrompt();
  expect(screen.lines().filter((line) => line.startsWith('%')).length).toBe(2);
  await stage.daemon.start();
  screen.type('show system\r');
  await screen.untilShown('Docker Engine');
  await screen.untilShown('[admin@acme]>');
});

test('a single command that changes asks on a terminal and leaves it sane', async () => {
  const screen = stage.open({ columns: 80, rows: 24 }, ['upgrade', 'system', '2.1.0']);
  await screen.untilShown('Continue? [yes,no] (no)');
  screen.type('y\r');
  expect(await screen.exited).toBe(0);
  expect(screen.written).toMatch(/\x1b\[\?2004l(?:\x1b\[\?25h)+$/);
  expect(screen.lines().some((line) => line.startsWith('acme now runs 2.1.0'))).toBe(true);
});

test('no colour where NO_COLOR is set', async () => {
  stage.environment['NO_COLOR'] = '1';
  const screen = await stage.openAtPrompt();
  screen.type('show system\r');
  await screen.untilShown('Docker Engine');
  expect(screen.written).not.toMatch(/\x1b\[[0-9;]*m/);
});

test('Ctrl-R finds what was typed before; Enter runs it, Ctrl-G forgets it', async () => {
  const screen = await stage.openAtPrompt();
  for (const line of ['show versions', 'show terminal', 'show system']) {
    screen.type(`${line}\r`);
    await screen.untilPrompt();
  }
  screen.type('half\x12ver');
  await screen.untilShown('[admin@acme]> show versions');
  await screen.untilShown('search, Ctrl-R for older: ver');
  screen.type('\x07');
  await screen.untilPrompt('half');
  screen.type('\x12show\x12\x1b[D');
  await screen.until(() => screen.beforeCursor().endsWith('> show terminal'), 'the older one, to be edited');
  screen.type('\x15\x12vers\r');
  await screen.until(() => screen.lines().filter((line) => line.startsWith('VERSION')).length === 2, 'it to run');
  await screen.untilPrompt();
  expect(screen.lines().some((line) => line.startsWith('search,'))).toBe(false);
});

test('Ctrl-L puts the line at the top of an empty screen; what was there can be scrolled to', async () => {
  const screen = await stage.openAtPrompt({ columns: 80, rows: 10 });
  screen.type('show rel\x0ce');
  await screen.untilPrompt('show rele');
  const shown = screen.lines();
  expect(shown.length).toBeGreaterThan(10);
  expect(shown[0]).toContain('acme runs 2.0.4');
  expect(shown.filter((line) => line.includes('show rel'))).toEqual(['[admin@acme]> show rele']);
});

test('what is secret is not kept', async () => {
  const screen = await stage.openAtPrompt();
  screen.type('set env DB_PASSWORD=hunter2\r');
  await screen.untilShown('There is no');
  await screen.untilPrompt();
  screen.type('\x1b[A');
  await screen.untilPrompt('set env DB_PASSWORD=');
  screen.type('\x15\x04');
  await screen.exited;
  expect(await readFile(join(stage.folder, 'state', 'belay', 'history'), 'utf8')).toBe('set env DB_PASSWORD=\n');
});

test('the value of a secret is asked for without being shown, and is kept nowhere', async () => {
  const screen = await stage.openAtPrompt();
  screen.type('set secret LICENCE\r');
  await screen.untilShown('Value of LICENCE (not shown): ');
  screen.type('wrong\x15');
  screen.type(`ab?\x7f${PASTE('can ary')}\x1b[D\tx\r`);
  await screen.untilShown('There is no');
  const { body } = stage.daemon.calls.find(({ path }) => path.startsWith('/api/configuration')) ?? {};
  expect(body).toEqual({ set: [{ name: 'LICENCE', value: 'abcan aryx', secret: true }] });
  await screen.untilPrompt();
  expect(screen.written).not.toMatch(/wrong|can ary|abc/);
  // Of what has several lines no part is taken for an answer or a command.
  screen.type('set secret LICENCE\r');
  await screen.until(() => screen.lines().filter((line) => line.includes('(not shown)')).length === 2, 'the question');
  screen.type(PASTE('first\nsecond\nthird\n'));
  await screen.untilShown('More than one line was given');
  await screen.untilPrompt();
  screen.type('set secret LICENCE\r');
  await screen.until(() => screen.lines().filter((line) => line.includes('(not shown)')).length === 3, 'the question');
  screen.type('half\x03');
  await screen.untilShown('Interrupted: nothing was changed.');
  await screen.untilPrompt();
  screen.type('\x04');
  await screen.exited;
  const history = await readFile(join(stage.folder, 'state', 'belay', 'history'), 'utf8');
  expect(history).toBe('set secret LICENCE\n');
  expect(screen.written).not.toMatch(/first|second|third|half/);
});
