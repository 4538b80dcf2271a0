import { afterEach, beforeEach, expect, it } from 'vitest';
import { BelayError } from '../../src/domain/errors.ts';
import type { Descriptor } from '../../src/domain/image-manifest.ts';
import type { ImageParts } from '../../src/domain/ports/image-library.ts';
import { planBundleExport, planMirror } from '../../src/sequences/plan-images.ts';
import type { ImageWorld } from '../../src/sequences/version-images.ts';
import { ScriptedWorld } from '../support/scripted-world.ts';
import { aRelease, aService, aSlot } from '../support/specimens.ts';

const { signal } = new AbortController();
const part = (digest: string, sizeBytes: number): Descriptor => ({ mediaType: 'x', digest, sizeBytes });
const PARTS: ImageParts = {
  index: null,
  manifest: { ...part('sha256:m', 1), text: '' },
  config: part('sha256:c', 10),
  layers: [part('sha256:a', 100), part('sha256:b', 1000), part('sha256:a', 100)],
};
const active = aRelease({ services: [aService()] });
const [{ image }] = active.services as [(typeof active.services)[number]];

let scripted: ScriptedWorld;
let asked: string[];
let taken: string | null;
let inMirror: string | null;
let world: ImageWorld;

beforeEach(() => {
  scripted = new ScriptedWorld();
  scripted.journal.adopt(active, aSlot({ id: active.slot }), []);
  [asked, taken, inMirror] = [[], null, null];
  const host = {
    describe: async () => ({ platform: { os: 'linux', architecture: 'amd64' } }),
    inspectImage: async () => null,
    inspect: async () => null,
    resolveDigest: async (reference: string) => {
      asked.push(reference);
      if (reference.endsWith(':2.0')) return 'sha256:2';
      throw new BelayError('not-found', 'There is no such image.');
    },
  };
  const library = { parts: async () => PARTS, digestOf: async () => inMirror };
  const bundles = {
    requireWritable: async (file: string) => {
      if (file === taken) throw new BelayError('refused', `${file} is there already.`);
    },
  };
  world = { ...scripted.world, host, library, bundles } as unknown as ImageWorld;
});
afterEach(() => scripted.journal.close());

it('says what an export would fetch, each part once', async () => {
  expect(await planBundleExport(world, { active, version: '2.0', file: '/x' }, signal)).toEqual({
    version: '2.0',
    file: '/x',
    images: [{ services: ['server'], reference: `${image.repository}:2.0` }],
    sizeBytes: 1111,
  });
});

it('refuses a place that is taken before any registry is asked, and a version that is not there', async () => {
  taken = '/x';
  await expect(planBundleExport(world, { active, version: '2.0', file: '/x' }, signal)).rejects.toThrow('is there');
  expect(asked).toEqual([]);
  await expect(planBundleExport(world, { active, version: '9.9', file: '/y' }, signal)).rejects.toMatchObject({
    code: 'not-found',
    hint: 'See what there is: show versions',
  });
});

it('knows what a mirror has already, and that nothing is mirrored to where it comes from', async () => {
  const request = { active, version: '2.0', registry: 'site.example:5000/' };
  const isThere = async () => (await planMirror(world, request, signal)).images.map((each) => each.isThere);
  expect(await isThere()).toEqual([false]);
  inMirror = 'sha256:1';
  expect(await isThere()).toEqual([false]);
  inMirror = 'sha256:2';
  expect(await isThere()).toEqual([true]);
  await expect(planMirror(world, { ...request, version: '9.9' }, signal)).rejects.toThrow('There is no version 9.9');
  const own = image.repository.slice(0, image.repository.indexOf('/'));
  await expect(planMirror(world, { ...request, registry: own }, signal)).rejects.toThrow('where it comes from');
});
