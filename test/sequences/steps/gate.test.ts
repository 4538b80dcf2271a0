import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeSite, member } from '../../support/fake-site.ts';

let site: FakeSite;
beforeEach(() => {
  site = new FakeSite([member('server')]);
});
afterEach(() => site.close());

/** As an engine that is killed and comes back leaves it: ended, with the code of a clean end. */
function endsOnceItRuns(tag: string, times = 1): () => number {
  let ends = 0;
  const inspect = site.host.inspectInstance.bind(site.host);
  site.host.inspectInstance = async (id) => {
    const found = site.host.called('acme');
    if (ends < times && found?.spec.image.tag === tag && found.state === 'running') {
      ends++;
      Object.assign(found, { state: 'exited', exitCode: 0 });
    }
    return inspect(id);
  };
  return () => ends;
}

describe('a release that is gone back to', () => {
  test('is started once more where it has ended', async () => {
    await site.upgrade('2.0');
    const ends = endsOnceItRuns('1.0');
    expect(await site.rollback()).toMatchObject({ state: 'succeeded', reason: null });
    expect(ends()).toBe(1);
    expect(site.host.running()).toEqual(['acme 1.0']);
  });

  test('stays, and somebody is asked to look, where it ends again', async () => {
    await site.upgrade('2.0');
    endsOnceItRuns('1.0', 2);
    const reason = '1.0 did not prove itself: it exited with code 0.';
    expect(await site.rollback()).toMatchObject({ state: 'needs-attention', reason });
    expect(site.active.version).toBe('1.0');
  });
});

test('a new version that ends is taken back at once', async () => {
  const ends = endsOnceItRuns('2.0');
  expect(await site.upgrade('2.0')).toMatchObject({ state: 'rolled-back' });
  expect(ends()).toBe(1);
  expect(site.host.running()).toEqual(['acme 1.0']);
});
