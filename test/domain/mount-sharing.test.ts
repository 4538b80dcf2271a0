import { describe, expect, it } from 'vitest';
import { type Candidate, keyed } from '../../src/domain/mount-sharing.ts';

const ROOT_DIR = '/var/lib/docker';

function candidate(
  kind: 'volume' | 'bind',
  source: string,
  more: Partial<Candidate> & { readOnly?: boolean } = {},
): Candidate {
  const { readOnly = false, ...rest } = more;
  const mount = { kind, source, target: `/at${source}`, readOnly, declared: { form: 'implicit' as const } };
  return { mount, driver: 'local', driverOptions: {}, sourceType: 'directory', ...rest };
}

const keysOf = (...candidates: Candidate[]) => keyed(candidates, ROOT_DIR).map(({ slotKey }) => slotKey);
const reasonsOf = (...candidates: Candidate[]) => keyed(candidates, ROOT_DIR).map(({ sharedBecause }) => sharedBecause);

describe('what belongs to the slot', () => {
  it('is a local volume, and a directory of the host', () => {
    expect(keysOf(candidate('volume', 'data'), candidate('bind', '/srv/acme'))).toEqual([
      'volume:data',
      'bind:/srv/acme',
    ]);
  });

  it('includes a missing or unknown source, and one whose name only begins like a system directory', () => {
    const missing = candidate('bind', '/srv/new', { sourceType: 'missing' });
    expect(keysOf(missing, candidate('bind', '/etcetera'), candidate('bind', '/var/lib/dockers'))).toEqual([
      'bind:/srv/new',
      'bind:/etcetera',
      'bind:/var/lib/dockers',
    ]);
  });
});

describe('what is shared', () => {
  it.each([
    '/',
    '/proc',
    '/sys/fs',
    '/dev/shm',
    '/run/acme',
    '/var/run/x',
    '/etc/ssl',
    '/usr',
    '/lib64',
    '/bin',
    '/sbin',
    '/boot',
  ])('is the bind of %s', (source) => {
    const [reason] = reasonsOf(candidate('bind', source));
    expect(reason).toMatch(source === '/' ? /root directory/ : /system directory/);
  });

  it.each([
    ['a socket', { sourceType: 'socket' as const }, 'a socket of the host'],
    ['a device', { sourceType: 'device' as const }, 'a device of the host'],
    ['a fifo', { sourceType: 'fifo' as const }, 'a fifo of the host'],
    ['read-only', { readOnly: true }, 'mounted read-only'],
  ])('is %s', (_what, more, reason) => expect(reasonsOf(candidate('bind', '/srv/x', more))).toEqual([reason]));

  it.each(['/var/lib/docker', '/var/lib', '/var'])('is %s, where the engine’s own data lies', (source) => {
    expect(reasonsOf(candidate('bind', source))).toEqual(["the engine's own directory"]);
  });

  it('is a volume elsewhere', () => {
    expect(
      reasonsOf(
        candidate('volume', 'a', { driver: 'rexray' }),
        candidate('volume', 'b', { driverOptions: { type: 'tmpfs', device: 'tmpfs' } }),
        candidate('volume', 'c', { driverOptions: { device: '/dev/sdb1' } }),
      ),
    ).toEqual(['a volume of the driver rexray', 'a volume on tmpfs', 'a volume on a device of its own']);
  });
});

describe('one source, one key', () => {
  it('holds for a source that is mounted twice, also read-only', () => {
    const twice = [candidate('volume', 'data'), candidate('volume', 'data', { readOnly: true })];
    expect(keysOf(...twice)).toEqual(['volume:data', 'volume:data']);
    expect(reasonsOf(...twice)).toEqual([null, null]);
  });

  it('gives a bind inside another the key of the outermost', () => {
    const binds = ['/srv/acme/conf/tls', '/srv/acme', '/srv/acme/conf', '/srv/acme2'].map((path) =>
      candidate('bind', path),
    );
    expect(keysOf(...binds)).toEqual(['bind:/srv/acme', 'bind:/srv/acme', 'bind:/srv/acme', 'bind:/srv/acme2']);
  });

  it('leaves a socket inside a slotted directory shared', () => {
    expect(keysOf(candidate('bind', '/srv'), candidate('bind', '/srv/x.sock', { sourceType: 'socket' }))).toEqual([
      'bind:/srv',
      null,
    ]);
  });
});
