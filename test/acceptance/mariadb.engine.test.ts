import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import type { ReleaseView } from '../../src/api/contract/release-views.ts';
import { TestBelay } from '../support/belay.ts';
import { makeMariadbImages } from '../support/debian-images.ts';
import { fingerprint } from '../support/fingerprint.ts';
import { describeOnEngine } from '../support/on-engine.ts';

const MINUTES = 60_000;

describeOnEngine('MariaDB of three Debian generations, whose data the one before cannot read', (bench) => {
  const { docker } = bench.engine;
  const container = bench.name('db');
  let belay: TestBelay;

  const sql = (statement: string) => docker(['exec', container, 'mariadb', '-N', '-e', statement]);
  const idOf = (name: string) => docker(['inspect', '-f', '{{.Id}}', name]);
  const dataOf = async (id: string) => fingerprint(await docker(['inspect', '-f', '{{(index .Mounts 0).Source}}', id]));
  const checksum = () => sql('checksum table d.rows');
  const rows = () => sql('select group_concat(who order by n) from d.rows');
  const write = (who: string) => sql(`insert into d.rows (who, filler) select '${who}', repeat('${who}', 300)`);
  const active = async () => (await belay.releases()).find(({ status }) => status === 'active') as ReleaseView;

  /** Goes somewhere; the container that is left must keep its data, and its release must be found again. */
  async function go(where: () => Promise<OperationView>): Promise<{ id: string; frozen: string[]; release: string }> {
    const { id: release } = await active();
    const id = await idOf(container);
    expect(await where()).toMatchObject({ state: 'succeeded', reason: null });
    expect(await idOf(container)).not.toBe(id);
    return { id, frozen: await dataOf(id), release };
  }

  beforeAll(async () => {
    await makeMariadbImages(bench.engine, `${bench.registry}/${bench.name('mariadb')}`);
    await docker([
      'run',
      '-d',
      '--name',
      container,
      '--restart',
      'always',
      '-l',
      'io.belay.gate.stable=1s',
      `${bench.registry}/${bench.name('mariadb')}:10.5`,
    ]);
    await vi.waitUntil(() => sql('select 1').catch(() => null), { timeout: MINUTES, interval: 200 });
    await sql('create database d; create table d.rows (n int auto_increment primary key, who text, filler text)');
    await write('bullseye');
    belay = new TestBelay(bench.engine.dockerHost);
    await belay.start();
    await belay.adopt(container, 'db');
  }, 5 * MINUTES);
  afterAll(async () => {
    await belay?.close();
    await docker(['stop', '-t', '20', container]).catch(() => '');
  });

  const frozen = new Map<string, { id: string; frozen: string[]; release: string; checksum: string }>();
  const expectFrozen = async (version: string) => {
    const left = frozen.get(version);
    expect(await dataOf(left?.id as string), `the data of ${version}`).toEqual(left?.frozen);
  };

  it('goes up two generations; each sees the rows, and what was left stays as it was', {
    timeout: 2 * MINUTES,
  }, async () => {
    for (const [from, to] of [
      ['10.5', '10.11'],
      ['10.11', '11.8'],
    ] as const) {
      const sum = await checksum();
      frozen.set(from, { ...(await go(() => belay.upgrade(to))), checksum: sum });
      expect(await sql('select version()')).toContain(to);
      expect(await docker(['exec', container, 'cat', '/var/lib/mysql/generation'])).toBe(to);
      expect(await checksum()).toBe(sum);
      await write(`with-${to}`);
      await expectFrozen('10.5');
    }
    expect(await rows()).toBe('bullseye,with-10.11,with-11.8');
    await expectFrozen('10.11');
  });

  it('goes back to 10.5, which starts on its own data and has its own rows', { timeout: MINUTES }, async () => {
    const sum = await checksum();
    const first = frozen.get('10.5');
    frozen.set('11.8', { ...(await go(() => belay.rollback(first?.release))), checksum: sum });
    expect(await idOf(container)).toBe(first?.id);
    expect(await sql('select version()')).toContain('10.5');
    expect(await rows()).toBe('bullseye');
    expect(await checksum()).toBe(first?.checksum);
    await write('again');
    await expectFrozen('10.11');
    await expectFrozen('11.8');
  });

  it('goes forward again, with the rows written there since', { timeout: MINUTES }, async () => {
    const sum = await checksum();
    const last = frozen.get('11.8');
    frozen.set('10.5', { ...(await go(() => belay.rollback(last?.release))), checksum: sum });
    expect(await rows()).toBe('bullseye,with-10.11,with-11.8');
    expect(await checksum()).toBe(last?.checksum);
    await expectFrozen('10.5');
    await expectFrozen('10.11');
  });
});
