import { rm } from 'node:fs/promises';
import { askEngine } from '../../src/demo/private-engine/engine-api.ts';
import type { PrivateEngine } from '../../src/demo/private-engine/private-engine.ts';
import { TestBelay } from '../../test/support/belay.ts';
import { makeImage } from '../../test/support/images.ts';
import { rollBackMany } from '../../test/support/many-engines.ts';
import type { Figure } from './downtime.ts';
import { median } from './measure.ts';
import { mustSucceed } from './server.ts';

const ENGINES = 60;
const ROUNDS = 5;
const FEW = 100;
const MANY = 1_000;
const SERVER = `#!/bin/sh
trap 'exit 0' TERM
while :; do sleep 1000000 & wait $!; done
`;

/**
 * (g1) A rollback of many service engines, from the first that is turned off to the last that runs again, against the
 * same number of plain restarts that the engine does by itself at the same time.
 */
export async function rollbackOfEngines({
  engine,
  program,
}: {
  engine: PrivateEngine;
  program: string;
}): Promise<Figure> {
  const { docker } = engine;
  const reference = (kind: string, version: string) => `localhost/bench/${kind}:${version}`;
  for (const kind of ['controller', 'agent']) {
    for (const version of ['1.0', '2.0']) {
      const files = [{ path: 'bin/server', content: SERVER, mode: 0o755 }];
      const labels = ['LABEL io.belay.gate.stable=1ms io.belay.gate.deadline=60s'];
      await makeImage(engine, {
        reference: reference(kind, version),
        files,
        changes: ['CMD ["/bin/server"]', 'ENV PATH=/bin', ...labels],
      });
    }
  }
  for (const [name, kind] of [
    ['controller', 'controller'],
    ['agent', 'agent'],
  ] as const) {
    await docker(['run', '-d', '--restart=always', '--name', name, reference(kind, '1.0')]);
  }
  const text = [
    'services:',
    ...['controller', 'agent'].flatMap((name) => [
      `  ${name}:`,
      `    container_name: ${name}`,
      `    image: ${reference(name, '1.0')}`,
    ]),
    `x-belay: {engines: {max_unavailable: ${ENGINES}}, services: {controller: {role: controller}, agent: {role: engine}}}`,
    '',
  ].join('\n');
  const belay = new TestBelay(engine.dockerHost, program);
  await belay.start();
  const ratios: number[] = [];
  const measured: string[] = [];
  try {
    const manifest = { file: 'appliance.yaml', directory: '/', text, files: {} };
    await belay.post('/api/appliances', { container: 'controller', name: 'bench', manifest });
    mustSucceed(await belay.ended(await belay.post('/api/serviceengines/scale', { count: ENGINES })));
    mustSucceed(await belay.upgrade('2.0'));
    for (let round = 0; round < ROUNDS; round++) {
      const ids = (await docker(['ps', '-q', '--no-trunc'])).split('\n').filter(Boolean);
      const restart = (id: string) =>
        askEngine(engine.dockerHost.replace('unix://', ''), `/containers/${id}/restart`, { method: 'POST' });
      const beganMs = Date.now();
      await Promise.all(ids.map(restart));
      const bareMs = (await lastStart(engine)) - beganMs;
      const target = (await belay.releases()).find(({ status }) => status !== 'active')?.id;
      const ended = await belay.rollback(target);
      mustSucceed(ended);
      const stop = ended.steps.find(({ name }) => name === 'stop')?.startedAt ?? '';
      const rolledMs = (await lastStart(engine)) - Date.parse(stop);
      ratios.push(rolledMs / bareMs);
      measured.push(`${rolledMs} against ${bareMs} ms`);
    }
  } finally {
    await belay.close();
    await rm(belay.directory, { recursive: true, force: true });
    const all = (await docker(['ps', '-aq'])).split('\n').filter(Boolean);
    await docker(['rm', '-f', '-v', ...all]);
  }
  const ratio = median(ratios);
  return {
    what: `(g1) rollback of ${ENGINES} service engines, against as many restarts at once`,
    measured: measured.join(', '),
    ratio,
    wanted: 'at most 1.15',
    isGood: ratio <= 1.15,
  };
}

/** (g2) What the rollback of a service engine costs Belay where it is one of many, on an engine that costs next to nothing. */
export async function rollbackOfManyEngines(): Promise<Figure> {
  await rollBackMany(FEW); // the first one is slow for any number
  const few = await rollBackMany(FEW);
  const many = await rollBackMany(MANY);
  const [one, oneOfMany] = [few.tookMs / FEW, many.tookMs / MANY];
  const ratio = oneOfMany / one;
  const most = `${many.mostOpen} requests open at most, heap +${Math.round(many.grownBytes / 1024 ** 2)} MiB`;
  return {
    what: `(g2) a service engine of ${MANY} rolled back, against one of ${FEW}`,
    measured: `${oneOfMany.toFixed(1)} against ${one.toFixed(1)} ms, ${most}, ${many.events.length} events`,
    ratio,
    wanted: 'at most 1.25',
    isGood: ratio <= 1.25,
  };
}

/** When the container that was started last began to run, by the engine. */
async function lastStart({ docker }: PrivateEngine): Promise<number> {
  const ids = (await docker(['ps', '-q'])).split('\n').filter(Boolean);
  const times = await docker(['inspect', '--format', '{{.State.StartedAt}}', ...ids]);
  return Math.max(...times.split('\n').filter(Boolean).map(Date.parse));
}
