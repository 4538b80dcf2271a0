import { afterAll, beforeAll, expect, it } from 'vitest';
import { GENERATIONS, type Generation, MARIADB_VERSION, makeMariadbImages } from './debian-images.ts';
import { describeOnEngine } from './on-engine.ts';

const MINUTES = 60_000;

describeOnEngine('MariaDB of three Debian generations', (bench) => {
  const { docker } = bench.engine;
  const volume = bench.name('data');
  let references: Map<Generation, string>;

  async function until(probe: () => Promise<string>, wanted: string, timeoutMs: number): Promise<void> {
    await expect.poll(() => probe().catch(() => ''), { timeout: timeoutMs, interval: 200 }).toBe(wanted);
  }
  const start = (generation: Generation) =>
    docker(['run', '-d', '-v', `${volume}:/var/lib/mysql`, references.get(generation) as string]);
  const sql = (id: string, statement: string) => docker(['exec', id, 'mariadb', '-N', '-e', statement]);

  beforeAll(async () => {
    references = await makeMariadbImages(bench.engine, `${bench.registry}/debian-images/mariadb`);
  }, 10 * MINUTES);
  afterAll(() => docker(['volume', 'rm', '-f', volume]));

  it('upgrades its data from one to the next, and cannot go back', { timeout: 5 * MINUTES }, async () => {
    for (const generation of GENERATIONS) {
      const id = await start(generation);
      await until(() => docker(['inspect', '-f', '{{.State.Health.Status}}', id]), 'healthy', MINUTES);
      if (generation === GENERATIONS[0]) await sql(id, 'create database d; create table d.t select 42 as n');
      expect(await sql(id, 'select n from d.t')).toBe('42');
      expect(await sql(id, 'select version()')).toContain(MARIADB_VERSION[generation]);
      expect(await docker(['exec', id, 'cat', '/var/lib/mysql/generation'])).toBe(MARIADB_VERSION[generation]);
      await docker(['stop', '-t', '30', id]);
      expect(await docker(['inspect', '-f', '{{.State.ExitCode}}', id])).toBe('0');
      await docker(['rm', id]);
    }
    const old = await start('bullseye');
    expect(await docker(['wait', old])).not.toBe('0');
    await docker(['rm', old]);
  });
});
