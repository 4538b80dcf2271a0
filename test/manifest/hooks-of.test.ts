import { expect, test } from 'vitest';
import { policyOf } from '../../src/manifest/policy-of.ts';
import { reading } from './reading.ts';

const policy = (belay: string) => {
  const { manifest, problems } = reading(`services: {server: {image: "acme/server:2.0"}}\nx-belay:\n${belay}`);
  expect(problems).toEqual([]);
  return manifest && policyOf(manifest);
};

test('a hook with nothing but its command runs in the controller, for at most ten minutes', () => {
  expect(policy('  hooks: {backup: {command: acme dump "to a file"}}')).toMatchObject({
    data: null,
    hooks: {
      backup: {
        command: ['acme', 'dump', 'to a file'],
        service: null,
        image: null,
        environment: {},
        volumes: [],
        deadlineMs: 600_000,
      },
    },
  });
});

test('a hook in a container of its own, with all that there is', () => {
  const own =
    '{image: "mariadb:11", command: [sh, -c, "dump > /b/$$BELAY_BACKUP"], environment: {A: 1}, deadline: 30m}';
  const found = policy(
    `  data: external\n  hooks: {backup: ${own.replace('deadline', 'volumes: ["./b:/b", "/srv/c:/c:ro"], deadline')}}`,
  );
  expect(found?.data).toBe('external');
  expect(found?.hooks.backup).toEqual({
    command: ['sh', '-c', 'dump > /b/$BELAY_BACKUP'],
    service: null,
    image: { reference: 'mariadb:11', repository: 'mariadb', tag: '11', digest: null, imageId: null },
    environment: { A: '1' },
    volumes: [
      { source: expect.stringMatching(/^\/.*\/b$/), target: '/b', readOnly: false },
      { source: '/srv/c', target: '/c', readOnly: true },
    ],
    deadlineMs: 1_800_000,
  });
});
