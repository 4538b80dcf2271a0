import { expect, test } from 'vitest';
import type { ServiceMount } from '../../src/domain/service-spec.ts';
import type { SlotMount } from '../../src/domain/slot.ts';
import { onTodaysData, withoutDataToday } from '../../src/sequences/todays-data.ts';
import { aService, aSlot } from '../support/specimens.ts';

const mount = (change: Partial<ServiceMount> = {}): ServiceMount => ({
  ...{ kind: 'volume', source: 'then-1', target: '/data', readOnly: false, slotKey: 'data', sharedBecause: null },
  declared: { form: 'bind', options: '' },
  ...change,
});
const inSlot = (change: Partial<SlotMount> = {}): SlotMount => ({
  ...{ key: 'data', kind: 'volume', volume: 'then-1', path: '/v/then-1', parkedPath: null, identity: null },
  ...change,
});
const bindAt = (path: string) => inSlot({ kind: 'bind', volume: null, path, parkedPath: `${path}.parked` });

function placed(mounts: ServiceMount[], then: SlotMount[], today: SlotMount[]) {
  const service = aService({ mounts });
  const slot = aSlot({ mounts: today });
  const { mounts: found } = onTodaysData(service, aSlot({ mounts: then }), slot);
  return {
    found: found.map(({ kind, source, target, readOnly }) => [kind, source, target, readOnly]),
    lost: withoutDataToday(service, slot),
  };
}

test("a volume is today's", () => {
  const { found, lost } = placed([mount()], [inSlot()], [inSlot({ volume: 'today-1', path: '/v/today-1' })]);
  expect(found).toEqual([['volume', 'today-1', '/data', false]]);
  expect(lost).toEqual([]);
});

test('what was shared then is as it was', () => {
  const shared = mount({ kind: 'bind', source: '/etc/hosts', slotKey: null, readOnly: true });
  expect(placed([shared], [], []).found).toEqual([['bind', '/etc/hosts', '/data', true]]);
});

test('a directory stays where it is', () => {
  const mounts = [
    mount({ kind: 'bind', source: '/srv/a' }),
    mount({ kind: 'bind', source: '/srv/a/in', target: '/in' }),
  ];
  expect(placed(mounts, [bindAt('/srv/a')], [bindAt('/srv/a')]).found).toEqual([
    ['bind', '/srv/a', '/data', false],
    ['bind', '/srv/a/in', '/in', false],
  ]);
});

test('data that has been moved since is where it is now', () => {
  const mounts = [
    mount({ kind: 'bind', source: '/srv/a' }),
    mount({ kind: 'bind', source: '/srv/a/in', target: '/in' }),
  ];
  expect(placed(mounts, [bindAt('/srv/a')], [bindAt('/srv/b')]).found).toEqual([
    ['bind', '/srv/b', '/data', false],
    ['bind', '/srv/b/in', '/in', false],
  ]);
  expect(placed([mount()], [inSlot()], [bindAt('/srv/b')]).found).toEqual([['bind', '/srv/b', '/data', false]]);
  const back = placed([mount({ kind: 'bind', source: '/srv/a' })], [bindAt('/srv/a')], [inSlot({ volume: 'v' })]);
  expect(back.found).toEqual([['volume', 'v', '/data', false]]);
});

test('what only the image declared begins empty; what somebody mounted is missed', () => {
  const declared = mount({ slotKey: 'cache', target: '/cache', declared: { form: 'implicit' } });
  const mounted = mount({ slotKey: 'conf', target: '/conf' });
  const { found, lost } = placed([mount(), declared, mounted], [inSlot()], [inSlot()]);
  expect(found.map(([, , target]) => target)).toEqual(['/data', '/conf']);
  expect(lost).toEqual(['/conf']);
});
