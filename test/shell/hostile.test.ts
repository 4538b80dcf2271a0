import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { registry } from '../../src/shell/registry.ts';
import { CANARIES, passedThrough } from './canaries.ts';
import { Stage } from './stage.ts';

const stage = new Stage();

/** Every command that only looks and that the scripted daemon knows, as it is typed. */
const LOOKS = registry.commands
  .filter(({ effect, words }) => effect === 'looks' && words[0] === 'show')
  .flatMap(({ examples }) => examples)
  .filter((line) => !/follow|watch|lines|before-upgrade/.test(line));

test('each canary would be noticed', () => {
  for (const canary of CANARIES) expect(passedThrough(`label ${canary} end`), JSON.stringify(canary)).not.toBeNull();
  expect(passedThrough('\x1b[1mplain\x1b[22m \x1b[2K\x1b[G\r\n日本 é\x07')).toBeNull();
});

test('nothing that the daemon, a file or the history says reaches the terminal as it was', {
  timeout: 90_000,
}, async () => {
  let turn = 0;
  const canary = (): string => CANARIES[turn++ % CANARIES.length] ?? '';
  stage.daemon.taint = (text) => `${canary()}${text}${canary()}`;
  stage.daemon.attention = [{ message: 'Something is wrong.', hint: 'Mend it.' }];
  await mkdir(join(stage.folder, 'state', 'belay', 'saved'), { recursive: true });
  await writeFile(
    join(stage.folder, 'state', 'belay', 'saved', 'evil'),
    CANARIES.map((each) => `${each}text\n`).join(''),
  );
  await writeFile(join(stage.folder, 'state', 'belay', 'history'), CANARIES.map((each) => `show ${each}\n`).join(''));
  const screen = stage.open({ columns: 100, rows: 60 });
  await screen.untilShown(']>');
  const prompts = (): number => screen.lines().filter((line) => /^\[.*\]\S*> /.test(`${line} `)).length;
  const run = async (line: string): Promise<void> => {
    const before = prompts();
    screen.type(`${line}\r`);
    await screen.until(() => prompts() > before, `the prompt behind ${line}`);
  };
  await run('terminal length 0');
  for (const line of LOOKS) await run(line);
  for (const line of ['show releases | json', 'show system | yaml', 'show file evil', 'show history']) await run(line);
  await run('upgrade system 2.2.0 --yes');
  await run('show upgrade status');
  await run('show events');
  for (const [keys, seen] of [
    ['upgrade system \t\t', '›'],
    ['adopt ?', 'docker.example'],
    ['\x1b[A\x1b[A\x12show', 'search, Ctrl-R'],
    ['rollback system\r', 'Continue?'],
  ] as const) {
    const before = prompts();
    screen.type(keys);
    await screen.untilShown(seen);
    screen.type('\x03');
    await screen.until(() => prompts() > before && screen.beforeCursor().endsWith('> '), `the prompt behind ${keys}`);
  }
  screen.type('exit\r');
  await screen.exited;
  expect(passedThrough(screen.written)).toBeNull();
  expect(turn).toBeGreaterThan(1000);
});
