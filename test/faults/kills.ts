import type { OperationView } from '../../src/api/contract/operation-views.ts';
import { judge, migrated, type Outcome, readWitness } from '../recovery/invariant.ts';
import { requestOf } from './scenario.ts';
import { NEW, OLD, Stage } from './stage.ts';
import { pause, until } from './waiting.ts';

export interface KillsReport {
  operations: number;
  daemonKills: number;
  engineKills: number;
  /** From the start of a daemon to the end of the operation that it took up, while the engine was up. */
  recoveriesMs: number[];
  /** What the appliance itself takes from its start until it serves. */
  ownStartMs: number;
  ends: Record<string, number>;
  violations: string[];
}

/** Numbers from 0 to 1 that a seed reproduces. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Upgrades and rolls back, one after the other, while daemon and dockerd are killed at random every 0 to 3 s. */
export async function runKills(
  operations: number,
  seed: number,
  told: (line: string) => void = () => {},
  /** Chance that a kill hits the daemon, and not dockerd. */
  daemonShare = 0.5,
): Promise<KillsReport> {
  const random = randomFrom(seed);
  const stage = await Stage.set();
  const report: KillsReport = {
    operations: 0,
    daemonKills: 0,
    engineKills: 0,
    recoveriesMs: [],
    ownStartMs: 0,
    ends: {},
    violations: [],
  };
  try {
    report.ownStartMs = await ownStartMs(stage);
    for (let n = 1; n <= operations; n++) {
      const before = report.violations.length;
      await operateUnderKills(stage, random, report, daemonShare).catch((error: Error) =>
        report.violations.push(error.message),
      );
      report.operations++;
      const [broken] = report.violations.slice(before);
      told(`${n} of ${operations}: ${JSON.stringify(report.ends)}${broken ? ` ✗ ${broken}` : ''}`);
      if (broken || n % 20 === 0) await stage.renew();
    }
  } finally {
    await stage.close();
  }
  return report;
}

async function ownStartMs(stage: Stage): Promise<number> {
  await stage.engine.docker(['stop', stage.container]);
  const begunMs = performance.now();
  await stage.engine.docker(['start', stage.container]);
  await until('the appliance serves', () => stage.answers());
  return performance.now() - begunMs;
}

async function operateUnderKills(
  stage: Stage,
  random: () => number,
  report: KillsReport,
  daemonShare: number,
): Promise<void> {
  const { version } = await stage.belay.system();
  const kind = version === OLD ? 'upgrade' : 'rollback';
  await stage.note();
  const now = await readWitness(stage);
  const before: Outcome = { version, data: now };
  const after: Outcome =
    version === OLD ? { version: NEW, data: migrated(now, '2') } : { version: OLD, data: stage.left ?? now };
  if (version === OLD) stage.left = now;
  const request = await requestOf(kind, NEW, stage.belay);
  const { id } = await stage.belay.post<OperationView>(request.path, request.body);
  const operation = await killUntilEnded(stage, id, random, report, daemonShare);
  report.ends[`${kind} ${operation.state}`] = (report.ends[`${kind} ${operation.state}`] ?? 0) + 1;
  const { violations } = await judge(stage, operation, [before, after]);
  report.violations.push(...violations.map((words) => `${kind} ${id}: ${words}`));
}

async function statusOf(stage: Stage, id: string): Promise<OperationView | null> {
  return stage.belay.get<OperationView>(`/api/upgrade/status?operation=${id}`).catch(() => null);
}

async function killUntilEnded(
  stage: Stage,
  id: string,
  random: () => number,
  report: KillsReport,
  daemonShare: number,
): Promise<OperationView> {
  const deadline = Date.now() + 120_000;
  let nextKillMs = performance.now() + random() * 3_000;
  let startedMs: number | null = null;
  while (Date.now() < deadline) {
    const operation = await statusOf(stage, id);
    if (operation && operation.state !== 'running') {
      if (startedMs !== null) report.recoveriesMs.push(performance.now() - startedMs);
      return operation;
    }
    if (performance.now() < nextKillMs) {
      await pause(5);
      continue;
    }
    nextKillMs = performance.now() + random() * 3_000;
    if (random() < daemonShare) {
      report.daemonKills++;
      await stage.belay.kill('SIGKILL');
      startedMs = performance.now();
      await stage.start();
    } else {
      report.engineKills++;
      // What the operation waits for from now on is the engine.
      startedMs = null;
      await stage.engine.kill();
      await stage.engine.start();
    }
  }
  throw new Error(`the operation ${id} has not ended within 120 s`);
}

/** What the kills have shown, in lines. */
export function killsLines(report: KillsReport): string[] {
  const { operations, daemonKills, engineKills, recoveriesMs, ownStartMs, ends, violations } = report;
  const ms = (value: number) => `${Math.round(value)} ms`;
  const sorted = recoveriesMs.toSorted((a, b) => a - b);
  return [
    `${operations} operations, ${daemonKills} kills of the daemon, ${engineKills} of dockerd`,
    ...Object.entries(ends).map(([end, count]) => `  ${end}: ${count}`),
    `the appliance's own start takes ${ms(ownStartMs)}`,
    sorted.length === 0
      ? 'no recovery was measured'
      : `recovery after a kill of the daemon (${sorted.length} measured, its own start to the operation's end, the appliance's start in it): median ${ms(
          sorted[Math.floor(sorted.length / 2)] ?? 0,
        )}, longest ${ms(sorted.at(-1) ?? 0)}`,
    `${violations.length} violations`,
    ...violations.map((line) => `  ${line}`),
  ];
}
