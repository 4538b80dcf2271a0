import { describe, expect, it } from 'vitest';
import type { Instance } from '../../src/domain/ports/container-host.ts';
import { NO_RESTART } from '../../src/domain/service-spec.ts';
import { findDrift } from '../../src/reconcile/compare.ts';
import type { Observation, SeenMount } from '../../src/reconcile/observation.ts';
import { asItShouldBe, UNLESS_STOPPED } from './seen.ts';

type Scene = ReturnType<typeof asItShouldBe>;

/** What is found once one thing has been changed. */
function drifted(change: (scene: Scene) => void) {
  const scene = asItShouldBe();
  change(scene);
  return findDrift(scene as Observation);
}
const alter = (instance: Instance | null, change: Partial<Instance>) => Object.assign(instance as Instance, change);
const stateOf = (mounts: SeenMount[], state: SeenMount['state']) => {
  (mounts[0] as SeenMount).state = state;
};
const other = { id: 'b'.repeat(64), image: 'foreign:9' };

it('finds nothing where everything is as the journal has it', () => {
  expect(drifted(() => {})).toEqual([]);
});

describe('the container of the active release', () => {
  it.each<[string, (scene: Scene) => void, object]>([
    [
      'removed',
      ({ server }) => {
        server.instance = null;
      },
      {
        code: 'container-removed',
        message: 'The container of server has been removed; its data and its settings are kept with RACTIVEAAAA.',
        hint: 'Make it again: repair system',
      },
    ],
    [
      'made again by hand under its name',
      ({ server }) => Object.assign(server, { instance: null, nameHolder: other }),
      {
        code: 'container-replaced',
        message: expect.stringContaining('another one bears its name (bbbbbbbbbbbb, foreign:9)'),
        hint: expect.stringContaining('docker rename acme OTHER-NAME'),
      },
    ],
    [
      'renamed',
      ({ server }) => alter(server.instance, { name: 'web' }),
      { code: 'container-renamed', hint: 'Rename it: docker rename web acme (or: repair system)' },
    ],
    [
      'renamed, with its name taken',
      ({ server }) => Object.assign(alter(server.instance, { name: 'web' }) && server, { nameHolder: other }),
      { code: 'name-taken', hint: expect.stringContaining('docker rename bbbbbbbbbbbb OTHER-NAME') },
    ],
    [
      'paused',
      ({ server }) => alter(server.instance, { state: 'paused' }),
      { code: 'container-paused', hint: expect.stringContaining('docker unpause acme') },
    ],
    [
      'stopped by hand',
      ({ server }) => alter(server.instance, { state: 'exited', exitCode: 137 }),
      {
        code: 'container-stopped',
        message: 'server has been stopped by hand, and stays so (exit code 137).',
        hint: expect.stringContaining('docker start acme'),
      },
    ],
    [
      'ended by itself, where the engine does not start it again',
      ({ server }) => alter(server.instance, { state: 'exited', exitCode: 3, restartPolicy: NO_RESTART }),
      { code: 'container-stopped', message: 'server is exited (exit code 3).' },
    ],
    [
      'that could not be started',
      ({ server }) => alter(server.instance, { state: 'exited', error: 'get two: no such volume' }),
      { code: 'container-stopped', message: 'server did not start: get two: no such volume.' },
    ],
    [
      'in a crash loop',
      ({ server }) => alter(server.instance, { state: 'restarting', exitCode: 1, restartCount: 7 }),
      { code: 'container-failing', message: expect.stringContaining('started 7 times') },
    ],
    [
      'unhealthy',
      ({ server }) => alter(server.instance, { health: 'unhealthy' }),
      { code: 'container-failing', message: 'server is not healthy.' },
    ],
    [
      'with another restart policy',
      ({ server }) => alter(server.instance, { restartPolicy: { name: 'on-failure', maximumRetryCount: 3 } }),
      {
        code: 'restart-policy',
        message: expect.stringContaining('on-failure:3'),
        hint: expect.stringContaining('docker update --restart unless-stopped acme'),
      },
    ],
    [
      'with other limits',
      ({ server }) => alter(server.instance, { limits: { Memory: 128, CpuShares: 5 } }),
      {
        code: 'limits',
        level: 'note',
        message: expect.stringContaining('--memory 128 (release: 64), --cpu-shares 5 (release: unset)'),
      },
    ],
    [
      'without its image',
      ({ server }) => Object.assign(server, { imageHere: false }),
      { code: 'image-gone', hint: 'Fetch it again: docker pull 127.0.0.1:5000/acme/server:1.0' },
    ],
  ])('%s', (_what, change, expected) => {
    const found = drifted(change);
    const [drift] = found.filter(({ code }) => code === (expected as { code: string }).code);
    expect(drift).toMatchObject({ subject: 'server', ...expected });
    // One that runs with another policy counts as ended by itself, and has that drift as well.
    expect(found.filter(({ code }) => code !== drift?.code && code !== 'restart-policy')).toEqual([]);
  });
});

describe('the live data', () => {
  it.each<[SeenMount['state'], string, string]>([
    ['volume-gone', 'data-gone', 'there is nothing any more at the volume two'],
    ['missing', 'data-gone', 'there is nothing any more at the volume two'],
    ['foreign', 'data-replaced', 'what is at the volume two is not what was there'],
    ['parked', 'data-replaced', 'it was set aside as'],
  ])('%s, while the release runs: it says so loudly, and what runs on something else', (state, code, words) => {
    const [drift, ...more] = drifted(({ active }) => stateOf(active.mounts, state));
    expect(drift).toMatchObject({ code, level: 'alarm', subject: 'volume:data' });
    expect(drift?.message).toContain(`The data of 2.0 (RACTIVEAAAA)`);
    expect(drift?.message).toContain(words);
    expect(drift?.message).toContain('server runs on something else.');
    expect(drift?.hint).toContain('rollback system');
    expect(more).toEqual([]);
  });

  it('gone while the release is off: it is not started on anything else', () => {
    const [drift] = drifted(({ active, server }) => {
      stateOf(active.mounts, 'foreign');
      alter(server.instance, { state: 'exited' });
    });
    expect(drift).toMatchObject({ code: 'data-replaced' });
    expect(drift?.message).toContain('Belay does not start it on anything else.');
  });

  it('offers no way back that has lost its data as well', () => {
    const found = drifted(({ active, frozen }) => {
      stateOf(active.mounts, 'missing');
      stateOf(frozen[0]?.mounts ?? [], 'missing');
    });
    expect(found[0]?.hint).not.toContain('rollback');
  });

  it('that cannot be looked at is no drift', () => {
    expect(drifted(({ active }) => stateOf(active.mounts, 'unknown'))).toEqual([]);
  });

  it('moved away from under the container', () => {
    const found = drifted((scene) =>
      scene.displaced.push({ service: 'server', containerName: 'acme', source: '/srv' }),
    );
    expect(found).toMatchObject([
      { code: 'data-displaced', level: 'alarm', subject: '/srv', hint: expect.stringContaining('docker restart acme') },
    ]);
  });
});

describe('a release that can be gone back to', () => {
  it('started by hand on its own data', () => {
    const found = drifted(({ old }) => alter(old.instance, { state: 'running' }));
    expect(found).toMatchObject([
      {
        code: 'frozen-started',
        level: 'warning',
        subject: 'RFROZENAAAA server',
        message: expect.stringContaining('acme-RFROZENAAAA of 1.0 (RFROZENAAAA) has been started by hand'),
        hint: expect.stringContaining('docker stop acme-RFROZENAAAA'),
      },
    ]);
  });

  it('started on the live data: loudly, whether the slot is shared or the path is', () => {
    const shared = drifted(({ old, frozen, active }) => {
      alter(old.instance, { state: 'running' });
      Object.assign(frozen[0]?.release ?? {}, { slot: active.release.slot });
    });
    const samePath = drifted(({ old, server }) =>
      alter(old.instance, { state: 'running', mounts: server.instance?.mounts ?? [] }),
    );
    for (const found of [shared, samePath]) {
      expect(found[0]).toMatchObject({ code: 'frozen-on-live-data', level: 'alarm' });
      expect(found[0]?.message).toMatch(/^Data at risk: .* on the data of 2\.0/);
    }
  });

  it('that comes up by itself, or would', () => {
    expect(drifted(({ old }) => alter(old.instance, { restartPolicy: UNLESS_STOPPED }))).toMatchObject([
      { code: 'frozen-would-start', hint: 'Turn that off: docker update --restart no acme-RFROZENAAAA' },
    ]);
    const [up] = drifted(({ old }) => alter(old.instance, { state: 'running', restartPolicy: UNLESS_STOPPED }));
    expect(up?.message).toContain('has the restart policy unless-stopped');
    expect(up?.hint).toContain('docker update --restart no acme-RFROZENAAAA');
  });

  it('without its container is rebuilt, without its image it has to be fetched', () => {
    const removed = drifted(({ old }) => Object.assign(old, { instance: null }));
    expect(removed).toMatchObject([
      { code: 'frozen-container-gone', level: 'note', message: expect.stringContaining('makes it again') },
    ]);
    const both = drifted(({ old }) => Object.assign(old, { instance: null, imageHere: false }));
    expect(both).toMatchObject([{ code: 'frozen-image-gone', hint: expect.stringContaining('docker pull') }]);
    // The container starts without it.
    expect(drifted(({ old }) => Object.assign(old, { imageHere: false }))).toEqual([]);
  });

  it.each<SeenMount['state']>(['missing', 'foreign', 'volume-gone'])(
    'whose data is %s cannot be gone back to',
    (state) => {
      expect(drifted(({ frozen }) => stateOf(frozen[0]?.mounts ?? [], state))).toMatchObject([
        { code: 'frozen-data-gone', message: expect.stringContaining('1.0 (RFROZENAAAA)') },
      ]);
    },
  );
});

it('names the worst first', () => {
  const found = drifted(({ active, server, old }) => {
    Object.assign(old, { instance: null });
    alter(server.instance, { name: 'web' });
    stateOf(active.mounts, 'foreign');
  });
  expect(found.map(({ level }) => level)).toEqual(['alarm', 'warning', 'note']);
});
