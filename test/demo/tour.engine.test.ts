import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeAcmeImages, removeAcmeImages } from '../../src/demo/acme-images.ts';
import { buildImage } from '../../src/lab/image-definition.ts';
import { ACME_VERSIONS, acmeImage } from '../../src/lab/seed-demo.ts';
import { describeOnEngine } from '../support/on-engine.ts';
import { DIST, leftOver, runDemo } from './demo-process.ts';

describeOnEngine('the demo on a Docker Engine', ({ engine, name }) => {
  it('plays the tour beside what is there, and leaves nothing', async (context) => {
    await engine.docker(['volume', 'create', name('bystander')]);
    const run = runDemo(context, { dockerHost: engine.dockerHost });
    expect([await run.ended, run.output()]).toEqual([0, expect.any(String)]);
    const output = run.output();
    const [, container = ''] = /adopt (acme-[0-9a-f]{6})\n/.exec(output) ?? [];
    expect(output).toContain(`because it answers at ${engine.dockerHost}`);
    expect(output).toContain('version 1.0, data format 1, 3 notes');
    expect(output).toContain(`${container} is back on 2.0`);
    expect(output).toContain('Every version, every exit code and every note was as it should be.');
    expect(leftOver(run)).toEqual([]);
    const mine = ['--filter', `label=io.belay.appliance=${container}`, '-q'];
    expect(await engine.docker(['ps', '-a', ...mine])).toBe('');
    expect(await engine.docker(['volume', 'ls', ...mine])).toBe('');
    const names = await engine.docker(['ps', '-a', '--format', '{{.Names}}']);
    const volumes = await engine.docker(['volume', 'ls', '-q']);
    const images = await engine.docker(['images', '--format', '{{.Repository}}']);
    expect(`${names}\n${volumes}\n${images}`).not.toContain(container);
    expect(volumes).toContain(name('bystander'));
  });

  it('takes everything away when it is told to end', async (context) => {
    const run = runDemo(context, { dockerHost: engine.dockerHost });
    await expect.poll(run.output, { timeout: 60_000 }).toContain('done      Turn off 1.0');
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(143);
    expect(leftOver(run)).toEqual([]);
    const [, container = 'adopted'] = /adopt (acme-[0-9a-f]{6})\n/.exec(run.output()) ?? [];
    expect((await engine.docker(['ps', '-a', '--format', '{{.Names}}'])).includes(container)).toBe(false);
    expect(await engine.docker(['volume', 'ls', '-q', '--filter', `label=io.belay.appliance=${container}`])).toBe('');
  });

  it('has the images of the embedded engine', async () => {
    const repository = `localhost:1/${name('images')}`;
    await makeAcmeImages(
      engine.socketPath,
      repository,
      join(DIST, 'sample-appliance.js'),
      new AbortController().signal,
    );
    try {
      for (const version of ACME_VERSIONS) {
        const inspected = await engine.docker(['inspect', '-f', '{{json .Config}}', `${repository}:${version}`]);
        const { Env, Labels, Healthcheck, Volumes, ExposedPorts, Entrypoint, Cmd } = buildImage(
          acmeImage(version),
        ).config;
        const config = JSON.parse(inspected) as Record<string, unknown>;
        expect(config).toMatchObject({ Env, Labels, Healthcheck, Volumes, ExposedPorts, Entrypoint });
        expect(config['Cmd'] ?? null).toEqual(Cmd);
      }
    } finally {
      await removeAcmeImages(engine.socketPath, repository);
    }
  });
});
