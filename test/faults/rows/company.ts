import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { OperationView } from '../../../src/api/contract/operation-views.ts';
import { Screen } from '../../shell/screen.ts';
import { ApiFailure } from '../../support/belay.ts';
import type { Fault } from '../fault.ts';
import { latestOperation } from '../latest.ts';
import { FORWARD_ONLY } from '../places.ts';
import type { Stage } from '../stage.ts';
import { pause } from '../waiting.ts';

async function mustBeToldWhoHoldsIt(stage: Stage): Promise<void> {
  const { id } = latestOperation(stage);
  const requests = [
    stage.belay.post<OperationView>('/api/cluster/upgrade', { version: '2.0' }),
    stage.belay.post<OperationView>('/api/cluster/upgrade', { version: '1.0' }),
    stage.belay.post<OperationView>('/api/cluster/rollback', {}),
  ];
  for (const end of await Promise.allSettled(requests)) {
    if (end.status === 'fulfilled') throw new Error(`a second operation was accepted: ${end.value.id}`);
    const refusal = end.reason as ApiFailure;
    if (!(refusal instanceof ApiFailure)) throw refusal;
    if (refusal.status !== 409 || !refusal.message.includes(id))
      throw new Error(`not told who holds it: ${refusal.message}`);
  }
}

/** A second daemon on the same state: what it says, and that it ends. */
async function secondDaemon(stage: Stage): Promise<string> {
  const child = spawn(process.execPath, [stage.belay.program, 'daemon'], {
    env: stage.belay.env({ BELAY_SOCKET: `${stage.belay.socket}.second` }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const timeout = setTimeout(() => child.kill('SIGKILL'), 10_000);
  const [code, signal] = await once(child, 'exit');
  clearTimeout(timeout);
  if (code === 0 || signal) throw new Error(`a second daemon was not refused: ${said}`);
  return said;
}

/** A shell on a real terminal that watches the operation, and goes away in the given manner. */
async function leaves(stage: Stage, how: (shell: Screen) => void): Promise<void> {
  const env = stage.belay.env();
  const args = [stage.belay.program, 'show', 'upgrade', 'status', 'watch'];
  const shell = new Screen(process.execPath, args, { columns: 80, rows: 24, env });
  for (let waitedMs = 0; !/2\.0|1\.0/.test(shell.written) && waitedMs < 10_000; waitedMs += 20) await pause(20);
  if (!/2\.0|1\.0/.test(shell.written)) throw new Error(`the shell shows nothing: ${shell.written}`);
  how(shell);
  await shell.exited;
}

const shellGone = (name: string, how: (shell: Screen) => void): Fault => ({
  row: 22,
  name,
  at: FORWARD_ONLY,
  notElsewhere: 'a recovery has no session that asked for it',
  end: 'through',
  strike: (stage) => leaves(stage, how),
});

export const COMPANY: readonly Fault[] = [
  {
    row: 18,
    name: 'two upgrades and a rollback at once',
    quick: { scenario: 'upgrade', step: 'stop', phase: 'intent' },
    at: FORWARD_ONLY,
    end: 'through',
    strike: mustBeToldWhoHoldsIt,
  },
  {
    row: 19,
    name: 'lock held by a stopped daemon',
    quick: { scenario: 'upgrade', step: 'delta', phase: 'intent' },
    at: FORWARD_ONLY,
    end: 'through',
    strike: async (stage) => {
      const { pid } = stage.belay;
      process.kill(pid, 'SIGSTOP');
      try {
        const said = await secondDaemon(stage);
        if (!said.includes(`process ${pid}`)) throw new Error(`the holder is not named: ${said}`);
      } finally {
        process.kill(pid, 'SIGCONT');
      }
    },
  },
  {
    row: 19,
    name: 'stale lock of a dead daemon',
    at: FORWARD_ONLY,
    end: 'table',
    strike: async (stage, go) => {
      const { pid } = stage.belay;
      await stage.belay.kill('SIGKILL');
      go();
      await stage.start();
      if (stage.belay.pid === pid) throw new Error('it is the same daemon');
    },
  },
  {
    ...shellGone('terminal closed (SIGHUP)', (shell) => shell.hangUp()),
    quick: { scenario: 'upgrade', step: 'gate', phase: 'intent' },
  },
  shellGone('shell kill -9', (shell) => shell.kill()),
  shellGone('Ctrl-C', (shell) => shell.type('\x03')),
];
