import { describe, expect, it } from 'vitest';
import { digestFor, parseReference, splitRepository } from '../../src/domain/image-reference.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('a reference', () => {
  it.each([
    ['nginx', 'nginx', null, null],
    ['nginx:1.2', 'nginx', '1.2', null],
    ['docker.io/library/nginx:1.2', 'nginx', '1.2', null],
    ['index.docker.io/acme/server', 'acme/server', null, null],
    ['library/nginx', 'nginx', null, null],
    ['localhost/acme', 'localhost/acme', null, null],
    ['registry:5000/acme/server', 'registry:5000/acme/server', null, null],
    ['registry:5000/acme/server:2.0', 'registry:5000/acme/server', '2.0', null],
    [`registry:5000/acme/server:2.0@${DIGEST}`, 'registry:5000/acme/server', '2.0', DIGEST],
    [`acme/server@${DIGEST}`, 'acme/server', null, DIGEST],
    ['[::1]:5000/acme/my-server__x', '[::1]:5000/acme/my-server__x', null, null],
  ])('%s', (text, repository, tag, digest) => expect(parseReference(text)).toEqual({ repository, tag, digest }));

  it.each([
    '',
    ':',
    'Acme/server',
    '../containers/x',
    'acme//server',
    'acme/server:',
    'a b',
    'acme@sha256:12',
    'x:y:z',
    '-h/x',
  ])('is not %j', (text) =>
    expect(() => parseReference(text)).toThrow(expect.objectContaining({ code: 'invalid-input' })),
  );
});

it('splits off the registry where there is one', () => {
  expect(splitRepository('acme/server')).toEqual({ host: null, path: 'acme/server' });
  expect(splitRepository('registry.example.com/server')).toEqual({ host: 'registry.example.com', path: 'server' });
});

it('finds the digest of a repository and not of one that is named alike', () => {
  const digests = [`acme/server2@${DIGEST.replaceAll('a', 'b')}`, `acme/server@${DIGEST}`];
  expect(digestFor('acme/server', digests)).toBe(DIGEST);
  expect(digestFor('acme', digests)).toBeNull();
});
