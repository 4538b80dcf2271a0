import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PrivateEngine } from '../../src/demo/private-engine/private-engine.ts';
import { downtimeOf, median } from './measure.ts';
import { BenchServer, mustSucceed, withBelay } from './server.ts';

const run = promisify(execFile);
const GIBIBYTE = 1024 ** 3;
const ROUNDS = 5;

export interface Figure {
  what: string;
  measured: string;
  ratio: number;
  wanted: string;
  isGood: boolean;
}

type Context = { engine: PrivateEngine; program: string };

const ms = (value: number) => `${value.toFixed(0)} ms`;

async function settle(): Promise<void> {
  await run('sync');
}

/** (a) Downtime of an upgrade with 1 GiB of data, 1 % of it changing, against stop + start of the same container. */
export async function upgradeAgainstBareRestart({ engine, program }: Context): Promise<Figure> {
  const server = new BenchServer(engine, 'churn');
  const versions = Array.from({ length: ROUNDS + 1 }, (_, n) => `${n + 1}.0`);
  await server.makeImages(versions);
  await server.fill(GIBIBYTE, 1024);
  await server.run('1.0', 10);
  const bare: number[] = [];
  const upgraded: number[] = [];
  await withBelay(engine, server, program, async (belay) => {
    for (const version of versions.slice(1)) {
      await settle();
      bare.push(
        await downtimeOf(server.url, async () => {
          await engine.docker(['stop', server.name]);
          await engine.docker(['start', server.name]);
        }),
      );
      await settle();
      upgraded.push(await downtimeOf(server.url, async () => mustSucceed(await belay.upgrade(version))));
    }
  });
  await server.remove();
  const ratio = median(upgraded.map((value, index) => value / (bare[index] as number)));
  return {
    what: '(a) upgrade, 1 GiB with 1 % changing, against bare stop + start',
    measured: `${ms(median(upgraded))} against ${ms(median(bare))}`,
    ratio,
    wanted: 'at most 1.3',
    isGood: ratio <= 1.3,
  };
}

/** (b) Downtime of a rollback with 0, 1 and 4 GiB. */
export async function rollbackBySize({ engine, program }: Context): Promise<Figure> {
  const medians: number[] = [];
  for (const gibibytes of [0, 1, 4]) {
    const server = new BenchServer(engine, `size-${gibibytes}`);
    await server.makeImages(['1.0', '2.0']);
    await server.fill(gibibytes * GIBIBYTE, gibibytes * 64 || 1);
    await server.run('1.0');
    await withBelay(engine, server, program, async (belay) => {
      mustSucceed(await belay.upgrade('2.0'));
      const downtimes: number[] = [];
      for (let round = 0; round < ROUNDS * 2; round++) {
        const target = (await belay.releases()).find(({ status }) => status !== 'active')?.id;
        await settle();
        downtimes.push(await downtimeOf(server.url, async () => mustSucceed(await belay.rollback(target))));
      }
      medians.push(median(downtimes));
    });
    await server.remove();
  }
  const ratio = Math.max(...medians) / Math.min(...medians);
  return {
    what: '(b) rollback with 0, 1 and 4 GiB',
    measured: medians.map(ms).join(', '),
    ratio,
    wanted: 'flat within 15 %',
    isGood: ratio <= 1.15,
  };
}

/** (c) Downtime of an upgrade against the documented procedure: stop, data container, tar and gzip, run. */
export async function upgradeAgainstTarball(
  { engine, program }: Context,
  data: { what: string; sizeBytes: number; files: number; wanted: number },
): Promise<Figure> {
  const server = new BenchServer(engine, `tarball-${data.files}`);
  const versions = ['2.0', '3.0', '4.0'];
  await server.makeImages(['1.0', ...versions]);
  await server.fill(data.sizeBytes, data.files);
  await server.run('1.0');
  const upgrades: number[] = [];
  await withBelay(engine, server, program, async (belay) => {
    for (const version of versions) {
      await settle();
      upgrades.push(await downtimeOf(server.url, async () => mustSucceed(await belay.upgrade(version))));
    }
  });
  const upgraded = median(upgrades);
  await settle();
  const documented = await downtimeOf(server.url, () => documentedProcedure(engine, server));
  await server.remove();
  const ratio = documented / upgraded;
  return {
    what: `(c) documented procedure against an upgrade, ${data.what}`,
    measured: `${ms(documented)} against ${ms(upgraded)}`,
    ratio,
    wanted: `at least ${data.wanted}`,
    isGood: ratio >= data.wanted,
  };
}

async function documentedProcedure({ docker }: PrivateEngine, server: BenchServer): Promise<void> {
  const backup = await mkdtemp(join(tmpdir(), 'belay-tarball-'));
  await docker(['stop', server.name]);
  await docker(['create', '--volumes-from', server.name, '--name', `${server.name}-data`, server.reference('2.0')]);
  const helper = [
    'run',
    '--rm',
    '--volumes-from',
    `${server.name}-data`,
    '-v',
    `${backup}:/backup`,
    server.reference('2.0'),
  ];
  await docker([...helper, 'tar', 'zcf', `/backup/${server.name}.tar.gz`, '/data']);
  const flags = ['-d', '--volumes-from', `${server.name}-data`, ...server.flags(0)];
  await docker(['run', ...flags, server.reference('2.0')]);
  await rm(backup, { recursive: true });
}
