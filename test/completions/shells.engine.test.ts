import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeDaemon } from '../shell/fake-daemon.ts';
import { Screen } from '../shell/screen.ts';
import { SHIPPED_PROGRAM } from '../support/belay.ts';

const completions = resolve(import.meta.dirname, '../../completions');

interface Shell {
  name: string;
  args: string[];
  /** Typed first: the script is loaded, and the prompt becomes `ready> `. */
  start: string;
}

const SHELLS: readonly Shell[] = [
  {
    name: 'bash',
    args: ['--norc', '--noprofile', '-i'],
    start: `source ${completions}/belay.bash; PS1='rea''dy> '; bind 'set bell-style none'`,
  },
  {
    name: 'zsh',
    args: ['-f', '-i'],
    start: `fpath=(${completions} $fpath); autoload -Uz compinit; compinit -u -d $HOME/dump; PS1='rea''dy> '`,
  },
  {
    name: 'fish',
    args: ['--no-config', '-i'],
    start: `source ${completions}/belay.fish; function fish_prompt; echo -n 'rea''dy> '; end`,
  },
];

// In the place of `belay`: keeps what it was asked and what it was run with, and offers what the test wants.
const STAND_IN = `#!/bin/sh
kept=ran
[ "$1" = __complete ] && kept=asked
for word; do printf '%s\\n' "$word"; done >"$HOME/$kept.new"
mv "$HOME/$kept.new" "$HOME/$kept"
[ "$kept" = asked ] || exit 0
[ -e "$HOME/offer" ] && exec cat "$HOME/offer"
exec "$NODE" "$PROGRAM" "$@"
`;

const folder = mkdtempSync(join(tmpdir(), 'belay-completions-'));
const at = (name: string): string => join(folder, name);
const canary = at('canary');
const daemon = new FakeDaemon({ socketPath: at('sock'), stepMs: 20, scripts: {}, adopted: true });
const isHere = (shell: string): boolean => {
  try {
    execFileSync(shell, ['-c', 'true']);
    return true;
  } catch {
    return false;
  }
};

/** Values as somebody would name a directory who wants a shell to stumble over it. */
const HOSTILE = [
  `/data/$(touch ${canary})`,
  `/data/\`touch ${canary}\``,
  `/data/;touch ${canary};`,
  `/data/'; touch ${canary}; '`,
  `/data/"; touch ${canary}; "`,
  `/data/| touch ${canary} &`,
  '/data/two  words',
  "/data/it's",
  '/data/back\\slash',
  '/data/*?[a]{b,c}~!#$HOME',
  '/data/%s:-x=y',
  '/data/grün 数据',
];

beforeAll(async () => {
  mkdirSync(at('bin'));
  writeFileSync(at('bin/belay'), STAND_IN);
  chmodSync(at('bin/belay'), 0o755);
  await daemon.start();
});
afterAll(async () => {
  await daemon.stop();
  rmSync(folder, { recursive: true });
});

describe.each(SHELLS)('TAB in $name', ({ name, args, start }) => {
  const here = isHere(name);
  let screen: Screen;
  let ready = 0;

  const prompts = (): number => screen.lines().filter((line) => line.startsWith('ready> ')).length;
  const atPrompt = (): Promise<void> => screen.until(() => screen.beforeCursor() === 'ready> ', 'the prompt');

  async function open(): Promise<Screen> {
    const env = {
      PATH: `${at('bin')}:${process.env['PATH']}`,
      HOME: folder,
      LANG: 'C.UTF-8',
      NODE: process.execPath,
      PROGRAM: SHIPPED_PROGRAM,
      BELAY_SOCKET: at('sock'),
      BELAY_HOME: at('state'),
    };
    const opened = new Screen(name, args, { columns: 200, rows: 50, env });
    await opened.until(() => opened.lines().length > 0, 'the shell');
    opened.type(`${start}\r`);
    await opened.until(() => opened.beforeCursor() === 'ready> ', 'the prompt');
    return opened;
  }

  beforeAll(async () => {
    if (here) screen = await open();
  });
  beforeEach(() => {
    for (const file of ['ran', 'asked', 'offer', 'canary']) rmSync(at(file), { force: true });
    ready = here ? prompts() : 0;
  });
  afterEach(() => expect(existsSync(canary)).toBe(false));
  afterAll(() => screen?.kill());

  const words = (file: string): string[] => readFileSync(at(file), 'utf8').split('\n').slice(0, -1);

  function offer(lines: readonly string[]): void {
    writeFileSync(at('offer.new'), lines.map((line) => `${line}\n`).join(''));
    renameSync(at('offer.new'), at('offer'));
  }

  /** Types keys and Enter, and gives what `belay` was run with. */
  async function run(keys: string): Promise<string[]> {
    screen.type(`${keys}\r`);
    await screen.until(() => existsSync(at('ran')), `what ${keys} runs`);
    await screen.until(() => prompts() > ready, 'the next prompt');
    await atPrompt();
    return words('ran');
  }

  it.skipIf(!here)('completes the words of a command', async () => {
    expect(await run('belay sho\tupg\tsta\t')).toEqual(['show', 'upgrade', 'status']);
    expect(existsSync(at('asked'))).toBe(false);
  });

  it.skipIf(!here)('completes what the daemon knows', async () => {
    expect(await run('belay upgrade system 2.1\t')).toEqual(['upgrade', 'system', '2.1.0']);
    expect(words('asked')).toEqual(['__complete', 'upgrade', 'system', '']);
  });

  it.skipIf(!here)('completes options', async () => {
    expect(await run('belay show releases --j\t')).toEqual(['show', 'releases', '--json']);
  });

  it.skipIf(!here)('completes files where a file is asked for', async () => {
    writeFileSync(at('appliance.yaml'), '');
    expect(await run(`belay check manifest ${folder}/applia\t`)).toEqual(['check', 'manifest', at('appliance.yaml')]);
  });

  it.skipIf(!here).each(HOSTILE)('inserts %s as one word that means itself', async (value) => {
    offer([`${value}\tdata of $(touch ${canary})`]);
    expect(await run('belay restore system SAAAAAAAAAA mount /da\t')).toEqual([
      ...['restore', 'system', 'SAAAAAAAAAA', 'mount'],
      value,
    ]);
  });

  it.skipIf(!here)('shows hostile values without a meaning', async () => {
    offer(HOSTILE.map((value) => `${value}\t$(touch ${canary})`));
    const other = await open();
    other.type('belay restore system SAAAAAAAAAA mount \t\t\t');
    await other.untilShown('two');
    other.kill();
  });

  it.skipIf(!here)('evaluates nothing that was typed', async () => {
    const typed = [`"$(touch ${canary})"`, `\`touch ${canary}\``, `'$(touch ${canary})'`, '$HOME', '*'];
    for (const word of typed) {
      rmSync(at('asked'), { force: true });
      offer(['nothing\there']);
      screen.type(`belay show ${word} x\t`);
      // To bash, what stands between backquotes is a line of its own.
      if (!word.startsWith('`')) {
        await screen.until(() => existsSync(at('asked')), `being asked behind ${word}`);
        expect(words('asked').slice(0, 2)).toEqual(['__complete', 'show']);
      }
      screen.type('\x15');
      await atPrompt();
      expect(existsSync(canary)).toBe(false);
    }
  });
});
