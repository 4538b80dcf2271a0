import { mkdir, mkdtemp, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import type { SystemView } from '../../src/api/contract/system-views.ts';
import { makeAppliance } from '../support/appliances.ts';
import { TestBelay } from '../support/belay.ts';
import { describeOnEngine } from '../support/on-engine.ts';

const GATE = 'LABEL io.belay.gate.stable=200ms io.belay.gate.deadline=8s';

describeOnEngine('parts that have gone or moved since', (bench) => {
  const { docker } = bench.engine;
  const reference = (version: string) => bench.reference('server', version);
  let belay: TestBelay;
  let directory = '';

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'belay-missing-'));
    await makeAppliance(bench.engine, { reference: reference('1.0'), dataFormat: 1, changes: [GATE] });
    await makeAppliance(bench.engine, { reference: reference('2.0'), dataFormat: 2, changes: [GATE] });
    belay = new TestBelay(bench.engine.dockerHost);
    await belay.start();
  });
  afterAll(async () => {
    await belay?.close();
    await rm(directory, { recursive: true, force: true });
  });

  const inside = (container: string, script: string) => docker(['exec', container, 'sh', '-c', script]);
  const operate = async (name: string, path: string, body: object) =>
    belay.ended(await belay.post<OperationView>(`/api/cluster/${path}?appliance=${name}`, body));
  const system = (name: string) => belay.get<SystemView>(`/api/system?appliance=${name}`);
  async function adopted(word: string, flags: string[]): Promise<string> {
    const name = bench.name(word);
    await docker(['run', '-d', '--name', name, ...flags, reference('1.0')]);
    await expect.poll(() => inside(name, 'cat /data/format').catch(() => ''), { timeout: 20_000 }).toBe('1');
    await belay.adopt(name, name);
    return name;
  }

  it('a rollback to a release whose network is gone is refused before anything is stopped', async () => {
    const [before, after] = [bench.name('before'), bench.name('after')];
    await docker(['network', 'create', before]);
    await docker(['network', 'create', after]);
    const name = await adopted('network', ['--network', before]);
    expect(await operate(name, 'upgrade', { version: '2.0' })).toMatchObject({ state: 'succeeded' });
    await docker(['network', 'connect', after, name]);
    await docker(['network', 'disconnect', before, name]);
    await docker(['network', 'rm', before]);
    await expect(operate(name, 'rollback', {})).rejects.toThrow(before);
    expect(await system(name)).toMatchObject({ version: '2.0', state: 'running' });
  });

  it('a rollback to a release whose certificate is gone is refused before anything is stopped', async () => {
    const certificate = join(directory, 'server.pem');
    await writeFile(certificate, 'one\n');
    const name = await adopted('certificate', ['-v', `${certificate}:/etc/server.pem:ro`]);
    expect(await operate(name, 'upgrade', { version: '2.0' })).toMatchObject({ state: 'succeeded' });
    await rm(certificate);
    await expect(operate(name, 'rollback', {})).rejects.toThrow(certificate);
    expect(await system(name)).toMatchObject({ version: '2.0', state: 'running' });
  });

  it('an upgrade is refused where the container writes to a directory that has been moved away and replaced', async () => {
    const path = join(directory, 'data');
    await mkdir(path);
    const name = await adopted('replaced', ['-v', `${path}:/data`]);
    await rename(path, `${path}.moved`);
    await mkdir(path);
    await inside(name, 'echo written > /data/notes; sync');
    await expect(operate(name, 'upgrade', { version: '2.0' })).rejects.toThrow('goes on with what was there');
    expect(await inside(name, 'cat /data/notes')).toBe('written');

    await rmdir(path);
    await rename(`${path}.moved`, path);
    expect(await operate(name, 'upgrade', { version: '2.0' })).toMatchObject({ state: 'succeeded' });
    expect(await inside(name, 'cat /data/notes')).toBe('written');
  });

  it('two appliances at the same time', async () => {
    const names = await Promise.all(['one', 'two'].map((word) => adopted(word, [])));
    const ends = await Promise.all(names.map((name) => operate(name, 'upgrade', { version: '2.0' })));
    expect(ends.map(({ state }) => state)).toEqual(['succeeded', 'succeeded']);
    const backs = await Promise.all(names.map((name) => operate(name, 'rollback', {})));
    expect(backs.map(({ state }) => state)).toEqual(['succeeded', 'succeeded']);
    for (const name of names) expect(await inside(name, 'cat /data/format')).toBe('1');
  });
});
