import { describe, expect, it } from 'vitest';
import { callFailure, shortened, startFailure } from '../../src/docker/engine-errors.ts';
import { registryFailure } from '../../src/docker/registry-errors.ts';
import { BelayError } from '../../src/domain/errors.ts';

const refusal = (engine: string, status = 500) => new BelayError('engine-failed', 'x', { details: { status, engine } });

describe('a container that does not start', () => {
  it.each([
    `task ${'2e'.repeat(32)}: already exists`,
    `failed to create task for container: task ${'2e'.repeat(32)} already exists: unknown`,
    'id already in use',
    'OCI runtime create failed: container with id exists: 2ef4: unknown',
    `failed to start shim: mkdir /run/containerd/io.containerd.runtime.v2.task/moby/${'2e'.repeat(32)}: file exists: unknown`,
  ])('and never will: %s', (engine) => {
    expect(startFailure(refusal(engine), 'web')).toMatchObject({ code: 'container-stuck', details: { engine } });
  });

  it.each([
    [
      'driver failed programming external connectivity on endpoint web (0a): Bind for 0.0.0.0:8080 failed: port is already allocated',
      'web did not start: port 8080 is taken on this host.',
    ],
    [
      'driver failed programming external connectivity on endpoint web (0a): Error starting userland proxy: listen tcp4 127.0.0.1:443: bind: address already in use',
      'web did not start: port 443 is taken on this host.',
    ],
    ['Address already in use', 'web did not start: its fixed address is taken on its network.'],
    [
      'OCI runtime create failed: container_linux.go:380: exec: "acmed": executable file not found in $PATH: unknown',
      'web did not start: its command acmed is not in the image.',
    ],
    [
      'invalid mount config for type "bind": bind source path does not exist: /srv/acme',
      'web did not start: the directory /srv/acme that it mounts is not there.',
    ],
    ['network front not found', 'web did not start: its network front is not there.'],
    ['something\n  else: unknown', 'web did not start: something else.'],
  ])('%s', (engine, message) => {
    expect(startFailure(refusal(engine), 'web')).toMatchObject({ code: 'engine-failed', message, details: { engine } });
  });

  it('passes on what the engine did not say', () => {
    const unreachable = new BelayError('engine-unreachable', 'gone');
    expect(startFailure(unreachable, 'web')).toBe(unreachable);
  });
});

describe('a registry as the engine tells of it', () => {
  it.each([
    ['manifest unknown: manifest unknown', 404, 'not-found'],
    ['manifest for acme/server:9 not found: manifest unknown: manifest unknown', 500, 'not-found'],
    ['unauthorized: authentication required', 500, 'registry-failed'],
    ['Get "https://r/v2/": dial tcp: lookup r on 10.0.0.1:53: no such host', 500, 'registry-unreachable'],
    ['Get "http://r/v2/": dial tcp 127.0.0.1:5: connect: connection refused', 500, 'registry-unreachable'],
    ['Get "https://r/v2/": net/http: TLS handshake timeout', 500, 'registry-unreachable'],
    ['received unexpected HTTP status: 500 Internal Server Error', 500, 'registry-failed'],
  ])('%s', (engine, status, code) => {
    expect(registryFailure(refusal(engine, status), 'acme/server:9', 'acme/server')).toMatchObject({
      code,
      hint: expect.stringMatching(/\S/),
    });
  });
});

it('tells a socket that may not be used from one where nobody is', () => {
  const context = { address: 'unix:///run/x', path: '/info', deadlineMs: 1, signal: new AbortController().signal };
  const failure = (code: string) => callFailure(Object.assign(new Error('x'), { code }), context);
  expect(failure('EACCES')).toMatchObject({
    code: 'engine-unreachable',
    hint: expect.stringContaining('group docker'),
  });
  expect(failure('ENOENT').message).toBe('No Docker Engine answers at unix:///run/x.');
});

it('shortens to one line', () => {
  expect(shortened(' a\n b ')).toBe('a b');
  expect(shortened('x'.repeat(500))).toHaveLength(200);
});
