import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Screen } from '../shell/screen.ts';
import { makeAppliance } from '../support/appliances.ts';
import { SHIPPED_PROGRAM, TestBelay } from '../support/belay.ts';
import { describeOnEngine } from '../support/on-engine.ts';

const ROUND = [
  'show system',
  'show releases',
  'show versions',
  'show upgrade history',
  'upgrade system 2.0 --yes',
  'show upgrade status',
  'rollback system --yes',
  'show containers',
];

/** For an operation on a machine that has other things to do. */
const PATIENCE_MS = 60_000;

const paste = (text: string) => `\x1b[200~${text}\x1b[201~`;

describeOnEngine('the real binary on a real terminal, with a real engine behind it', (bench) => {
  const container = bench.name('acme');
  const reference = (version: string) => bench.reference('server', version);
  let belay: TestBelay;
  let screen: Screen;

  const prompts = () => screen.lines().filter((line) => line.startsWith(`[`) && line.includes(`@${container}]`)).length;

  /** Types a line and waits for the prompt after it. */
  async function type(line: string): Promise<void> {
    const before = prompts();
    screen.type(`${line}\r`);
    await screen.until(() => prompts() > before, `the prompt after ${line}`, PATIENCE_MS);
    await screen.untilPrompt();
  }

  const ids = async () => (await belay.releases()).map(({ id }) => id);

  /** What stands on top of the list once a line has been carried out, as the list shows it. */
  async function newest(line: string, answer?: () => Promise<void>): Promise<string> {
    const before = prompts();
    screen.type(`${line}\r`);
    await answer?.();
    await screen.until(() => prompts() > before, `the prompt after ${line}`, PATIENCE_MS);
    await screen.untilPrompt();
    const [id = ''] = await ids();
    await type('show releases');
    const table = screen.lines().slice(screen.lines().findLastIndex((shown) => shown.startsWith('ID ')));
    expect(table[0]).toMatch(/^ID +VERSION +CREATED +BUILD +BY +STATUS +DATA$/);
    expect(table[1]).toMatch(new RegExp(`^${id} .* active`));
    return id;
  }

  beforeAll(async () => {
    const changes = ['LABEL io.belay.gate.stable=200ms io.belay.gate.deadline=15s'];
    await makeAppliance(bench.engine, { reference: reference('1.0'), dataFormat: 1, changes });
    await makeAppliance(bench.engine, { reference: reference('2.0'), dataFormat: 2, changes });
    await makeAppliance(bench.engine, { reference: reference('2.5'), dataFormat: 2, changes });
    await bench.engine.docker(['run', '-d', '--name', container, reference('1.0')]);
    belay = new TestBelay(bench.engine.dockerHost, SHIPPED_PROGRAM);
    await belay.start();
    await belay.adopt(container, container);
    const { CI: _, ...env } = belay.env({ HOME: belay.directory, XDG_STATE_HOME: join(belay.directory, 'state') });
    const script = 'stty -g > "$0/before"; "$1" "$2"; echo "exit $?"; stty -g > "$0/after"';
    const args = ['-c', script, belay.directory, process.execPath, SHIPPED_PROGRAM];
    screen = new Screen('/bin/sh', args, { columns: 110, rows: 40, env });
    await screen.untilShown(`@${container}]`);
    await screen.untilPrompt();
  });
  afterAll(async () => {
    screen?.kill();
    await belay?.close();
  });

  it('takes forty commands in a row, prompt and live steps alternating', { timeout: 180_000 }, async () => {
    for (let count = 0; count < 40; count++) await type(ROUND[count % ROUND.length] as string);
    const lines = screen.lines();
    // Once at the end of each upgrade, once in the status after it.
    expect(lines.filter((line) => line.startsWith(`${container} now runs 2.0`)).length).toBe(10);
    expect(lines.filter((line) => line.startsWith(`${container} now runs 1.0`)).length).toBe(5);
    expect(lines.filter((line) => line.includes('✔ Make 2.0 the active release')).length).toBeGreaterThanOrEqual(5);
  });

  it('runs a paste of three lines one after the other', async () => {
    const before = prompts();
    screen.type(paste('show system\nshow releases\nshow versions\n'));
    await screen.until(() => prompts() >= before + 3, 'three more prompts');
    await screen.untilPrompt();
  });

  it('follows a resize in the middle of live steps', async () => {
    const before = prompts();
    const writtenBefore = screen.written.length;
    screen.type('upgrade system 2.0 --yes\r');
    await screen.until(() => screen.written.slice(writtenBefore).includes('Prove that it works'), 'live steps');
    screen.resize(50, 20);
    await screen.until(() => prompts() > before, 'the prompt after the upgrade');
    await screen.untilPrompt();
    expect((await belay.system()).version).toBe('2.0');
  });

  it('goes back and forward as on Convox, and nothing ever leaves the list', { timeout: 180_000 }, async () => {
    screen.resize(110, 40);
    if ((await belay.system()).version !== '2.0') await type('upgrade system 2.0 --yes');
    const begin = await ids();
    const frozen = async (version: string) =>
      (await belay.releases()).find((each) => each.version === version && each.data.state === 'frozen')?.id ?? '';
    // $ convox releases rollback --id RHKOIXXVDMJ
    const earlier = await frozen('1.0');
    const back = await newest(`rollback system to ${earlier} --yes`);
    expect(screen.lines().join('\n')).toContain(`now runs 1.0 (${back})`);
    expect(await ids()).toEqual([back, ...begin]);
    expect(await belay.get(`/api/releases/${back}`)).toMatchObject({ copyOf: earlier, version: '1.0' });
    // The older one, with today's data.
    const promoted = await newest(`promote release ${await frozen('2.0')} --yes`);
    expect(screen.lines().join('\n')).toContain(`now runs 2.0 (${promoted})`);
    // $ convox rack releases; convox rack update 20160706200033
    await type('show versions');
    expect(screen.lines().some((line) => /^2\.0 +.* ago|just now +active/.test(line))).toBe(true);
    await type('upgrade system 1.0 --yes');
    const asked = screen.lines().slice(-6).join(' ').replaceAll(/\s+/g, ' ');
    expect(asked).toContain('say which data it is to have');
    expect(asked).toContain(`rollback system to ${back}`);
    expect(asked).toContain(`promote release ${back}`);
    expect(await ids()).toEqual([promoted, back, ...begin]);
  });

  it('sets variables as on Convox, a release each, and goes back to any of them', { timeout: 180_000 }, async () => {
    const inside = async () => JSON.parse(await bench.engine.docker(['inspect', container]))[0].Config.Env as string[];
    const begin = await ids();
    const plain = await inside();
    const set = async () => (await inside()).filter((entry) => !plain.includes(entry));
    // $ convox env set LOG_LEVEL=debug WORKERS=4
    const first = await newest('set env LOG_LEVEL=debug WORKERS=4 --yes');
    expect(await set()).toEqual(['LOG_LEVEL=debug', 'WORKERS=4']);
    const second = await newest('set env LOG_LEVEL "rather quiet" --yes');
    const third = await newest('set secret LICENCE --yes', async () => {
      await screen.untilShown('Value of LICENCE (not shown): ');
      screen.type('canary-11\r');
    });
    const fourth = await newest('unset env WORKERS --yes');
    expect(await set()).toEqual(['LOG_LEVEL=rather quiet', 'LICENCE=canary-11']);
    await type('show configuration');
    expect(screen.lines().join('\n')).toMatch(/LOG_LEVEL=rather quiet {2}\(\w+, .*\n +LICENCE=\*{8} {2}\(/);
    // $ convox releases rollback: a copy on top, with what was set then
    const back = await newest(`rollback system to ${first} --yes`);
    expect(await set()).toEqual(['LOG_LEVEL=debug', 'WORKERS=4']);
    expect(await belay.get(`/api/releases/${back}`)).toMatchObject({ copyOf: first, version: '2.0' });
    // Another image in a release that is called after it, and back to the data of before.
    const other = await newest(`set image ${reference('2.5')} --yes`);
    expect(await belay.get(`/api/releases/${other}`)).toMatchObject({ version: '2.5', origin: 'upgrade' });
    expect(await set()).toEqual(['LOG_LEVEL=debug', 'WORKERS=4']);
    const last = await newest(`rollback system to ${fourth} --yes`);
    expect(await inside()).toContain('LICENCE=canary-11');
    expect(await ids()).toEqual([last, other, back, fourth, third, second, first, ...begin]);
    expect(screen.written).not.toContain('canary-11');
  });

  it('leaves the terminal as it found it', async () => {
    screen.type('exit\r');
    expect(await screen.exited).toBe(0);
    expect(screen.written).toContain('exit 0');
    const state = (name: string) => readFileSync(join(belay.directory, name), 'utf8');
    expect(state('after')).toBe(state('before'));
    // Node's own; others' containers, which it lists, may be called so.
    expect(screen.written).not.toMatch(/\(node:\d+\)|Warning:/);
    expect(screen.written.lastIndexOf('\x1b[?2004l')).toBeGreaterThan(screen.written.lastIndexOf('\x1b[?2004h'));
    expect(screen.written.lastIndexOf('\x1b[?25h')).toBeGreaterThan(screen.written.lastIndexOf('\x1b[?25l'));
  });
});
