import { expect, test } from 'vitest';
import type { Hook } from '../../src/domain/hooks.ts';
import type { PinnedImage, ServiceMount } from '../../src/domain/service-spec.ts';
import { oneOffSpec } from '../../src/sequences/one-off.ts';
import { aService } from '../support/specimens.ts';

const TOOLS: PinnedImage = { reference: 'tools:1', repository: 'tools', tag: '1', digest: null, imageId: 'sha256:t' };
const hook = (change: Partial<Hook> = {}): Hook => ({
  command: ['dump', '--all'],
  service: null,
  image: TOOLS,
  environment: {},
  volumes: [],
  deadlineMs: 1_000,
  ...change,
});
const mount = (target: string, slotKey: string | null): ServiceMount => ({
  kind: 'bind',
  source: `/srv${target}`,
  target,
  readOnly: true,
  slotKey,
  sharedBecause: slotKey ? null : 'mounted read-only',
  declared: { form: 'bind', options: 'ro' },
});
const service = aService({
  settings: {
    config: {
      Env: ['DB=db', 'TOKEN=x'],
      User: 'acme',
      Cmd: ['serve'],
      ExposedPorts: { '80/tcp': {} },
      Labels: { a: 'b' },
    },
    hostConfig: { NetworkMode: 'back', PortBindings: { '80/tcp': [] }, Privileged: true, Memory: 5, Dns: ['10.0.0.1'] },
    networks: { back: { Aliases: ['server'], IPAMConfig: { IPv4Address: '10.0.0.9' } } },
  },
  mounts: [mount('/data', 'bind:/srv/data'), mount('/certificates', null)],
});

test('a container of its own reaches what the service reaches, and has none of its powers, ports and data', () => {
  const volumes = [{ source: '/srv/backups', target: '/backups', readOnly: false }];
  const spec = oneOffSpec(service, hook({ volumes }), TOOLS, { BELAY_BACKUP: 'O1' }, ['/var/lib/tools', '/backups']);
  expect(spec.image).toBe(TOOLS);
  expect(spec.settings).toEqual({
    config: {
      Entrypoint: ['dump'],
      Cmd: ['--all'],
      Env: ['DB=db', 'TOKEN=x', 'BELAY_BACKUP=O1'],
      Healthcheck: { Test: ['NONE'] },
    },
    // An anonymous volume would stay behind.
    hostConfig: { NetworkMode: 'back', Dns: ['10.0.0.1'], Mounts: [{ Type: 'tmpfs', Target: '/var/lib/tools' }] },
    networks: { back: {} },
  });
  expect(spec.mounts).toMatchObject([{ source: '/srv/backups', target: '/backups', slotKey: null }]);
});

test('in place of a service that does not run it is as that one is, without its data', () => {
  const spec = oneOffSpec(service, hook({ image: null }), service.image, {}, ['/data']);
  expect(spec.settings.config).toMatchObject({ User: 'acme', Entrypoint: ['dump'] });
  expect(spec.mounts.map(({ target }) => target)).toEqual(['/certificates']);
  expect(spec.settings.hostConfig['Mounts']).toEqual([{ Type: 'tmpfs', Target: '/data' }]);
});
