import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ReleaseView } from '../../src/api/contract/release-views.ts';
import { callEngine } from '../../src/demo/private-engine/engine-api.ts';
import { startLab } from '../../src/lab/lab.ts';
import { TestBelay } from '../../test/support/belay.ts';
import type { Figure } from './downtime.ts';
import { median } from './measure.ts';

const SHORT = 10;
const LONG = 10_000;
const ROUNDS = 15;
const WANTED = 2;
/** Completion has to hand all of them to the shell that asks for it. */
const WANTED_OF_COMPLETION = 3;
const SERVE = 'process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1000)';

/** (f) What the history of releases costs where it is a thousand times as long. */
export async function longHistory(program: string): Promise<Figure[]> {
  const directory = await mkdtemp(join(tmpdir(), 'belay-history-'));
  const lab = await startLab({ root: join(directory, 'lab'), pullLineMs: 0 });
  const { reference } = lab.addImage({ repository: 'acme/server', tag: '1.0', command: ['node', '-e', SERVE] }, 'both');
  const daemons: TestBelay[] = [];
  const withReleases = async (name: string, releases: number): Promise<TestBelay> => {
    const made = await callEngine(lab.socketPath, `/containers/create?name=${name}`, {
      method: 'POST',
      body: { Image: reference, HostConfig: { Binds: [`${name}:/data`] } },
    });
    const { Id } = JSON.parse(made.body.toString()) as { Id: string };
    await callEngine(lab.socketPath, `/containers/${Id}/start`, { method: 'POST' });
    const belay = new TestBelay(`unix://${lab.socketPath}`, program);
    daemons.push(belay);
    await belay.start();
    await belay.adopt(name, 'acme');
    await belay.kill('SIGTERM');
    addHistory(join(belay.home, 'journal.db'), releases - 1);
    await belay.start();
    return belay;
  };
  try {
    const [short, long] = [await withReleases('short', SHORT), await withReleases('long', LONG)];
    const names = await long.get<ReleaseView[]>('/api/releases/names');
    if (names.length !== LONG) throw new Error(`there are ${names.length} releases`);
    const pageOf = (belay: TestBelay) => () => belay.get(`/api/releases?limit=${SHORT}`);
    const run =
      (belay: TestBelay, ...args: string[]) =>
      () =>
        oneShot(program, args, belay.env());
    return [
      await compare('(f1) show releases', [run(short, 'show', 'releases'), run(long, 'show', 'releases')], WANTED),
      await compare('(f2) its page of the API', [pageOf(short), pageOf(long)], WANTED),
      await compare(
        '(f3) TAB behind show release',
        [run(short, '__complete', 'show', 'release', ''), run(long, '__complete', 'show', 'release', '')],
        WANTED_OF_COMPLETION,
      ),
    ];
  } finally {
    for (const belay of daemons) await belay.close();
    await lab.close();
    await rm(directory, { recursive: true, force: true });
  }
}

async function compare(
  what: string,
  [short, long]: readonly [() => Promise<unknown>, () => Promise<unknown>],
  wanted: number,
): Promise<Figure> {
  const times: [number[], number[]] = [[], []];
  for (let round = -1; round < ROUNDS; round++) {
    const [a, b] = [await timed(short), await timed(long)];
    // The first of each warms up.
    if (round < 0) continue;
    times[0].push(a);
    times[1].push(b);
  }
  const ratio = median(times[1]) / median(times[0]);
  return {
    what: `${what}, with ${LONG.toLocaleString('en-US')} releases against ${SHORT}`,
    measured: `${median(times[1]).toFixed(1)} ms against ${median(times[0]).toFixed(1)} ms`,
    ratio,
    wanted: `at most ${wanted}`,
    isGood: ratio <= wanted,
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
}

async function oneShot(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const shell = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  shell.stdout.resume();
  const [code] = await once(shell, 'close');
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
}

/** So many releases before the one that there is, each with its operation and its archived data, as years of upgrades leave them. */
function addHistory(path: string, count: number): void {
  const database = new DatabaseSync(path);
  const archive = JSON.stringify({ path: '/none', sha256: '', sizeBytes: 1, dataBytes: 1, files: 1, format: 'belay' });
  const digits = [17_576, 676, 26, 1].map((weight) => `65 + n / ${weight} % 26`).join(', ');
  const ids = `CREATE TEMP TABLE earlier AS
    WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted LIMIT ?)
    SELECT n, char(65 + n % 26) || 'BENCH' || char(${digits}) AS name FROM counted`;
  database.prepare(ids).run(count);
  database.exec(`
    UPDATE release SET sequence_number = sequence_number + ${LONG * 2};
    INSERT INTO slot (id, appliance, mounts, state, created_at, frozen_at, archive)
      SELECT 'S' || name, slot.appliance, mounts, 'archived', created_at, created_at, '${archive}' FROM earlier, slot WHERE state = 'live';
    INSERT INTO release (sequence_number, id, appliance, version, services, slot, status, origin, by, created_at)
      SELECT n, 'R' || name, appliance, '0.' || n, services, 'S' || name, 'superseded', 'upgrade', by, created_at
      FROM earlier, release WHERE status = 'active';
    INSERT INTO operation (id, kind, appliance, from_release, to_release, by, state, steps, facts, started_at, ended_at)
      SELECT 'O' || name, 'upgrade', appliance, 'R' || name, 'R' || name, by, 'succeeded', '[]', '{}', created_at, created_at
      FROM earlier, release WHERE status = 'active';`);
  database.close();
}
