import type { OperationView } from '../../../src/api/contract/operation-views.ts';
import type { Behaviour, TestAppliance } from '../../support/appliances.ts';
import type { Fault } from '../fault.ts';
import type { Stage } from '../stage.ts';

const IN_GATE = 'the new version runs for the first time in the gate';

async function made(stage: Stage, version: string, options: Omit<TestAppliance, 'reference'>): Promise<string> {
  await stage.image(version, { dataFormat: 2, ...options });
  return version;
}

const behaving = (name: string, version: string, behaviour: Behaviour, names: RegExp, more: string[] = []): Fault => ({
  row: 11,
  name: `new version ${name}`,
  at: { upgrade: ['gate'] },
  notElsewhere: IN_GATE,
  end: 'table',
  names,
  lasts: true,
  version: (stage) => made(stage, version, { behaviour, afterSeconds: 3, changes: more }),
});

/** The appliance heeds no signal to stop, and its container gives it two seconds. */
const DEAF = ['--env', 'IGNORES_STOP=1', '--stop-timeout', '2'];

async function forcedStopIsSaid(stage: Stage): Promise<string[]> {
  const { steps } = await stage.belay.get<OperationView>('/api/upgrade/status');
  const said = steps.find(({ name }) => name === 'stop')?.detail ?? '';
  return said.includes('did not heed its stop signal') ? [] : ['the forced stop is not shown'];
}

export const VERSIONS: readonly Fault[] = [
  {
    row: 10,
    name: 'container ignores SIGTERM',
    quick: { scenario: 'upgrade', step: 'stop', phase: 'intent' },
    at: { upgrade: ['stop'], rollback: ['stop'] },
    notElsewhere: 'only the step that stops a container is met by how it stops',
    stage: { flags: DEAF },
    end: 'through',
    inspect: forcedStopIsSaid,
  },
  {
    row: 10,
    name: 'container is paused',
    at: { upgrade: ['pre-copy', 'prepare', 'stop'], rollback: ['prepare', 'stop'] },
    notElsewhere: 'behind the stop the old container does not run any more',
    end: 'through',
    strike: async (stage) => void (await stage.engine.docker(['pause', stage.container])),
  },
  {
    row: 10,
    name: 'container is stopped by hand',
    at: { upgrade: ['pull', 'pre-copy', 'prepare', 'stop'], rollback: ['prepare', 'stop'] },
    end: 'through',
    strike: async (stage) => void (await stage.engine.docker(['stop', stage.container])),
  },
  {
    ...behaving('exits 1', '2.11', 'exits-at-once', /exited with code 1/),
    quick: { scenario: 'upgrade', step: 'gate', phase: 'intent' },
  },
  behaving('crash-loops', '2.12', 'crash-loops', /exited with code 1|restarted/, ['LABEL io.belay.gate.stable=4s']),
  behaving('runs out of memory', '2.13', 'out-of-memory', /out of memory/),
  behaving('is never healthy', '2.14', 'never-healthy', /health/),
  behaving('is healthy, then dies', '2.15', 'dies-later', /exited with code 1/, ['LABEL io.belay.gate.stable=8s']),
  {
    row: 12,
    name: 'migration longer than the deadline, with progress',
    quick: { scenario: 'upgrade', step: 'gate', phase: 'intent' },
    at: { upgrade: ['gate'] },
    notElsewhere: IN_GATE,
    end: 'through',
    version: (stage) =>
      made(stage, '2.20', {
        behaviour: 'slow-migration',
        afterSeconds: 10,
        changes: ['LABEL io.belay.gate.deadline=4s'],
      }),
  },
];
