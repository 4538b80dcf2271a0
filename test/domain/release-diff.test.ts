import { expect, test } from 'vitest';
import { compareImages, compareReleaseSettings, redactedChange } from '../../src/domain/release-diff.ts';
import type { PinnedImage } from '../../src/domain/service-spec.ts';
import { aRelease, aService } from '../support/specimens.ts';

const image = (change: Partial<PinnedImage> = {}): PinnedImage => ({ ...aService().image, ...change });
const withImages = (images: Record<string, PinnedImage>) =>
  aRelease({ services: Object.entries(images).map(([name, each]) => aService({ name, image: each })) });

test('images are told apart by digest, and by id where there is no digest', () => {
  const from = withImages({ server: image(), local: image({ digest: null, imageId: 'sha256:1' }), gone: image() });
  const to = withImages({
    server: image({ digest: 'sha256:2', imageId: null }),
    local: image({ digest: null, imageId: 'sha256:1' }),
    added: image(),
  });
  const { reference, digest } = image();
  expect(compareImages(from, to)).toEqual([
    { service: 'server', from: { reference, digest }, to: { reference, digest: 'sha256:2' } },
    { service: 'gone', from: { reference, digest }, to: null },
    { service: 'added', from: null, to: { reference, digest } },
  ]);
  // Fetched from a mirror, it is known by its digest still; not known by either is another one.
  expect(compareImages(withImages({ a: image({ imageId: null }) }), withImages({ a: image() }))).toEqual([]);
  const unknown = image({ digest: null, imageId: null });
  expect(
    compareImages(withImages({ a: unknown }), withImages({ a: { ...unknown, reference: 'other:1' } })),
  ).toHaveLength(1);
});

test('settings differ by name, and secrets are not in what is said of them', () => {
  const settings = (Env: string[], Cmd: string[]) =>
    aRelease({ services: [aService({ settings: { config: { Env, Cmd }, hostConfig: {}, networks: {} } })] });
  const from = settings(['LOG_LEVEL=info', 'DB_PASSWORD=canary-one', 'URL=http://u:canary-two@db/'], ['serve']);
  const to = settings(['LOG_LEVEL=debug', 'DB_PASSWORD=canary-three'], ['serve', '--token', 'canary-four']);
  const changes = compareReleaseSettings(from, to);
  expect(changes).toEqual([
    { service: 'server', setting: 'Cmd', now: '["serve"]', after: '["serve","--token","(redacted)"]' },
    { service: 'server', setting: 'env DB_PASSWORD', now: '(redacted)', after: '(redacted)' },
    { service: 'server', setting: 'env LOG_LEVEL', now: 'info', after: 'debug' },
    { service: 'server', setting: 'env URL', now: 'http://u:(redacted)@db/', after: null },
  ]);
  expect(JSON.stringify(changes)).not.toContain('canary');
  expect(compareReleaseSettings(from, from)).toEqual([]);
});

test('what only looks like JSON is redacted as text', () => {
  const change = { service: 'server', setting: 'env OPTS', now: '[broken', after: '{"password": "canary"' };
  expect(redactedChange(change)).toMatchObject({ now: '[broken', after: expect.not.stringContaining('canary') });
});
