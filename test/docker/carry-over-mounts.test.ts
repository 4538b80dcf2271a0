import { expect, it } from 'vitest';
import { bindAt, specFrom, volumeAt } from './inspected.ts';

const ANONYMOUS = 'f'.repeat(64);
const slot = (key: string) => ({ slotKey: key, sharedBecause: null });

it('writes -v as -v, with its options', () => {
  const hostConfig = { Binds: ['data:/data/:nocopy,z', '/srv/acme/:/srv:rw', '/srv/certs:/certs:ro'] };
  const mounts = [volumeAt('/data', 'data'), bindAt('/srv', '/srv/acme/'), bindAt('/certs', '/srv/certs', false)];
  expect(specFrom({ hostConfig, mounts }).mounts).toEqual([
    {
      kind: 'volume',
      source: 'data',
      target: '/data',
      readOnly: false,
      declared: { form: 'bind', options: 'nocopy,z' },
      ...slot('volume:data'),
    },
    {
      kind: 'bind',
      source: '/srv/acme',
      target: '/srv',
      readOnly: false,
      declared: { form: 'bind', options: 'rw' },
      ...slot('bind:/srv/acme'),
    },
    {
      kind: 'bind',
      source: '/srv/certs',
      target: '/certs',
      readOnly: true,
      declared: { form: 'bind', options: 'ro' },
      slotKey: null,
      sharedBecause: 'mounted read-only',
    },
  ]);
});

it('writes --mount as --mount, with the whole of its value', () => {
  const volume = {
    Type: 'volume',
    Source: 'data',
    Target: '/data',
    VolumeOptions: { Labels: { a: 'b' }, DriverConfig: {} },
  };
  const bind = { Type: 'bind', Source: '/srv/acme', Target: '/srv', BindOptions: { Propagation: 'rslave' } };
  const mounts = [volumeAt('/data', 'data'), bindAt('/srv', '/srv/acme', true, 'rslave')];
  const spec = specFrom({ hostConfig: { Mounts: [volume, bind] }, mounts });
  expect(spec.mounts.map(({ declared }) => declared)).toEqual([
    { form: 'mount', value: volume },
    { form: 'mount', value: bind },
  ]);
  expect(spec.settings.hostConfig.Mounts).toBeUndefined();
});

it('makes anonymous volumes and --volumes-from explicit, by the volume’s real name', () => {
  const hostConfig = { VolumesFrom: ['db:ro'] };
  const mounts = [volumeAt('/data', ANONYMOUS), volumeAt('/db', 'db', false), bindAt('/srv', '/srv/acme')];
  expect(specFrom({ hostConfig, mounts }).mounts).toMatchObject([
    { source: ANONYMOUS, target: '/data', declared: { form: 'implicit' }, slotKey: `volume:${ANONYMOUS}` },
    { source: 'db', target: '/db', declared: { form: 'implicit' }, readOnly: true, slotKey: null },
    { source: '/srv/acme', target: '/srv', declared: { form: 'implicit' }, slotKey: 'bind:/srv/acme' },
  ]);
});

it('keeps the propagation of a bind that came by --volumes-from', () => {
  const [mount] = specFrom({ mounts: [bindAt('/srv', '/srv/acme', false, 'rslave')] }).mounts;
  expect(mount?.declared).toEqual({
    form: 'mount',
    value: { Type: 'bind', Target: '/srv', ReadOnly: true, BindOptions: { Propagation: 'rslave' } },
  });
});

it('gives an anonymous --mount its volume’s name', () => {
  const value = { Type: 'volume', Target: '/data' };
  const [mount] = specFrom({ hostConfig: { Mounts: [value] }, mounts: [volumeAt('/data', ANONYMOUS)] }).mounts;
  expect(mount).toMatchObject({ source: ANONYMOUS, declared: { form: 'mount', value } });
});

it('leaves tmpfs mounts in the host config, and adds those that came by --volumes-from', () => {
  const tmpfs = { Type: 'tmpfs', Target: '/cache', TmpfsOptions: { SizeBytes: 1024 } };
  const at = (Destination: string) => ({ Type: 'tmpfs', Source: '', Destination, RW: true });
  const hostConfig = { Mounts: [tmpfs], Tmpfs: { '/scratch/': 'size=1m' } };
  const spec = specFrom({ hostConfig, mounts: [at('/cache'), at('/scratch'), at('/inherited')] });
  expect(spec.mounts).toEqual([]);
  expect(spec.settings.hostConfig).toMatchObject({
    Mounts: [tmpfs, { Type: 'tmpfs', Target: '/inherited' }],
    Tmpfs: { '/scratch/': 'size=1m' },
  });
});

it('asks the volume’s driver and the source’s type before it gives a mount to the slot', () => {
  const spec = specFrom({
    mounts: [volumeAt('/nfs', 'nfs'), volumeAt('/plain', 'plain'), bindAt('/sock', '/srv/acme.sock')],
    volumes: {
      nfs: { Driver: 'local', Options: { type: 'nfs', o: 'addr=x', device: ':/x' } },
      plain: { Driver: 'local', Options: null },
    },
    sources: { '/srv/acme.sock': 'socket' },
  });
  expect(spec.mounts.map(({ sharedBecause }) => sharedBecause)).toEqual([
    'a volume on nfs',
    null,
    'a socket of the host',
  ]);
});
