import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Screen } from '../shell/screen.ts';
import { makeAppliance } from '../support/appliances.ts';
import { SHIPPED_PROGRAM, TestBelay } from '../support/belay.ts';
import { describeOnEngine } from '../support/on-engine.ts';
import { ACCOUNT, run, TestSshd, type Way } from '../support/sshd.ts';

const REFUSED = "This login takes Belay's commands only";

// What sshd must let in for a test: the launcher is then all that stands between it and the program.
const LAX = ['PermitUserEnvironment yes', 'AcceptEnv NODE_OPTIONS PAGER EDITOR TERMINFO BELAY_SOCKET'];

describeOnEngine('Belay over ssh, through a real sshd', (bench) => {
  const container = bench.name('acme');
  const reference = (version: string) => bench.reference('server', version);
  let belay: TestBelay;
  let canary: string;

  beforeAll(async () => {
    const changes = ['LABEL io.belay.gate.stable=200ms io.belay.gate.deadline=30s'];
    await makeAppliance(bench.engine, { reference: reference('1.0'), dataFormat: 1, changes });
    const slow = { behaviour: 'slow-migration', afterSeconds: 2, dataFormat: 2, changes } as const;
    await makeAppliance(bench.engine, { reference: reference('2.0'), ...slow });
    await bench.engine.docker(['run', '-d', '--name', container, reference('1.0')]);
    belay = new TestBelay(bench.engine.dockerHost, SHIPPED_PROGRAM);
    await belay.start();
    await belay.adopt(container, container);
    canary = join(belay.directory, 'canary');
  });
  afterAll(() => belay?.close());

  const settings = () => ({ BELAY_HOME: belay.home, BELAY_SOCKET: belay.socket, DOCKER_HOST: bench.engine.dockerHost });

  async function running(): Promise<void> {
    for (let waitedMs = 0; waitedMs < 30_000; waitedMs += 20) {
      if ((await belay.get<{ state: string } | null>('/api/upgrade/status'))?.state === 'running') return;
      await new Promise((done) => setTimeout(done, 20));
    }
    throw new Error('No operation began.');
  }

  describe.each<Way>(['force-command', 'login-shell', 'both'])('%s', (way) => {
    const sshd = new TestSshd(way);
    const screens: Screen[] = [];
    beforeAll(() => sshd.start(settings(), LAX));
    afterAll(async () => {
      for (const screen of screens) screen.kill();
      await sshd.stop();
    });

    function session(command: string[] = []): Screen {
      const args = ['-tt', ...sshd.options, sshd.destination, ...command];
      const screen = new Screen('ssh', args, { columns: 100, rows: 30, env: { PATH: process.env['PATH'] } });
      screens.push(screen);
      return screen;
    }

    it('is the prompt, under the name of the account', async () => {
      const screen = session();
      await screen.untilShown(`[${ACCOUNT}@${container}]>`);
      await screen.untilPrompt();
      screen.type('show system\r');
      const shown = () => screen.lines().some((line) => /^ *Version +1\.0/i.test(line));
      await screen.until(shown, 'what runs', 40_000);
      screen.type('exit\r');
      expect(await screen.exited).toBe(0);
    });

    it('answers one command with its exit code, and pipes are its own', async () => {
      const { code, out, err } = await sshd.ssh(['show releases | json']);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(JSON.parse(out)[0]).toMatchObject({ version: '1.0', status: 'active' });
      expect(await sshd.ssh(['show', 'nonsense'])).toMatchObject({ code: 2, out: '' });
      expect(await sshd.ssh(['upgrade system 2.0'])).toMatchObject({ code: 2, out: '' });
    });

    // The launcher is reached as with each of the two alone.
    if (way === 'both') return;

    it('takes lines from standard input', async () => {
      const { code, out } = await sshd.ssh([], ['-T'], 'show appliances\nshow nonsense\nshow releases\n');
      expect(code).toBe(2);
      expect(out).toContain(container);
      expect(out).not.toContain('STATUS');
    });

    it('gives no line to a shell', async () => {
      const lines = [`show system; touch ${canary}`, `$(touch ${canary})`, `show system | save "\`touch ${canary}\`"`];
      for (const line of [
        ...lines,
        `show system && touch ${canary}`,
        `show releases > ${canary}`,
        `\n!touch ${canary}`,
      ]) {
        expect((await sshd.ssh([line])).code).toBe(2);
        expect(existsSync(canary)).toBe(false);
      }
    });

    it('refuses scp and other programs with one sentence', async () => {
      const file = join(sshd.directory, 'file');
      writeFileSync(file, 'a file');
      const target = `${sshd.destination}:${canary}`;
      const scp = await run('scp', ['-O', ...sshd.options, file, target]);
      expect(scp.code).not.toBe(0);
      expect(scp.err).toContain(REFUSED);
      expect(await sshd.ssh(['/bin/sh', '-c', 'id'])).toMatchObject({ code: 3, out: '' });
      expect(existsSync(canary)).toBe(false);
    });

    it('keeps the environment of the other side out', async () => {
      const evil = join(sshd.directory, 'evil.cjs');
      writeFileSync(evil, `require('fs').writeFileSync(${JSON.stringify(canary)}, '')`);
      const hostile = [`NODE_OPTIONS=--require=${evil}`, `PAGER=touch ${canary}`, `EDITOR=touch ${canary}`];
      const all = [...hostile, 'TERMINFO=/nonexistent', 'BELAY_SOCKET=/nonexistent', 'LD_PRELOAD=/nonexistent.so'];
      // Only the last SetEnv of ssh counts.
      const setEnv = `SetEnv=${all.map((each) => JSON.stringify(each)).join(' ')}`;
      const { code, out, err } = await sshd.ssh(['show appliances'], ['-o', setEnv]);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toContain(container);
      expect(existsSync(canary)).toBe(false);
    });

    it('survives a connection that is killed in the middle of an upgrade', { timeout: 180_000 }, async () => {
      const doomed = session();
      await doomed.untilPrompt();
      doomed.type('upgrade system 2.0 --yes\r');
      await running();
      await until(() => processesOf(belay.socket).length > 0);
      const shells = processesOf(belay.socket);
      for (const pid of sshd.connections()) process.kill(pid, 'SIGKILL');
      await doomed.exited;
      const watching = await sshd.ssh(['show upgrade status watch']);
      expect(watching.code).toBe(0);
      expect(watching.out).toContain(`${container} now runs 2.0`);
      expect((await belay.ended()).state).toBe('succeeded');
      await until(() => processesOf(belay.socket).every((pid) => !shells.includes(pid)));
      expect((await belay.rollback()).state).toBe('succeeded');
    });
  });

  describe('with ForceCommand', () => {
    const sshd = new TestSshd('force-command');
    beforeAll(() => sshd.start(settings()));
    afterAll(() => sshd.stop());

    it('refuses sftp, the scp that is built on it, and other subsystems', async () => {
      const file = join(sshd.directory, 'file');
      writeFileSync(file, 'a file');
      const scp = await run('scp', ['-s', ...sshd.options, file, `${sshd.destination}:${canary}`]);
      const sftp = await run('sftp', ['-b', '-', ...sshd.options, sshd.destination], `put ${file} ${canary}\n`);
      const other = await sshd.ssh(['netconf'], ['-s']);
      for (const { code, out } of [scp, sftp, other]) {
        expect(code).not.toBe(0);
        expect(out).not.toContain('a file');
      }
      expect(sftp.err).toContain(`${REFUSED}, and sftp is none of them. It carries no files: ssh HOST 'show releases`);
      expect(scp.err).toContain('Operation unsupported');
      expect((await sshd.ssh(['nonsense'], ['-s'])).code).not.toBe(0);
      expect(existsSync(canary)).toBe(false);
    });

    it('forwards nothing', async () => {
      const { code, err } = await run('ssh', [...sshd.options, '-W', `127.0.0.1:${sshd.port}`, sshd.destination]);
      expect(code).not.toBe(0);
      expect(err).toContain('forwarding failed');
    });

    it('goes on where a command without a terminal loses its connection', { timeout: 120_000 }, async () => {
      const ended = sshd.ssh(['upgrade system 2.0 --yes']);
      await running();
      for (const pid of sshd.connections()) process.kill(pid, 'SIGKILL');
      expect((await ended).code).toBe(255);
      expect((await belay.ended()).state).toBe('succeeded');
      expect((await sshd.ssh(['show system | json'])).out).toContain('"version": "2.0"');
    });
  });

  it('is a login shell by its first letter too, without the launcher', async () => {
    const options = { env: belay.env(), argv0: '-belay' };
    const scp = await run(process.execPath, [SHIPPED_PROGRAM, '-c', 'scp -t /tmp'], '', options);
    expect(scp).toMatchObject({ code: 3, out: '' });
    expect(scp.err).toContain(REFUSED);
    expect(await run(process.execPath, [SHIPPED_PROGRAM, '-c', 'show appliances'], '', options)).toMatchObject({
      code: 0,
    });
  });
});

/** The shells that were started with this socket: the daemon has it in its environment too, and is not one. */
function processesOf(socket: string): number[] {
  return listProcesses().filter((pid) => {
    const about = (name: string): string => {
      try {
        return readFileSync(`/proc/${pid}/${name}`, 'utf8');
      } catch {
        return '';
      }
    };
    return about('environ').includes(`BELAY_SOCKET=${socket}\0`) && about('cmdline').includes('--login');
  });
}

const listProcesses = (): number[] => readdirSync('/proc').map(Number).filter(Number.isInteger);

async function until(condition: () => boolean): Promise<void> {
  for (let waitedMs = 0; waitedMs < 10_000; waitedMs += 20) {
    if (condition()) return;
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error('Waited in vain.');
}
