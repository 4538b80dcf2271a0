import { expect, test } from 'vitest';
import { policyOf } from '../../src/manifest/policy-of.ts';
import { reading } from './reading.ts';

const read = (belay: string) => reading(`services: {server: {image: "acme/server:2.0"}}\nx-belay:\n${belay}`);

test('who is told what, and by which command', () => {
  const { manifest, problems } = read(
    [
      '  notify:',
      '    webhooks:',
      '      - url: https://ops.example.com/hook?token=1',
      '        secret_file: /etc/belay/webhook.secret',
      '      - {url: "http://127.0.0.1:9000/", events: [started, failed]}',
      '  hooks: {notify: {command: tell them, deadline: 5s}}',
    ].join('\n'),
  );
  expect(problems).toEqual([]);
  const policy = manifest && policyOf(manifest);
  expect(policy?.notify).toEqual({
    webhooks: [
      {
        url: 'https://ops.example.com/hook?token=1',
        secretFile: '/etc/belay/webhook.secret',
        events: ['succeeded', 'rolled-back', 'failed', 'needs-attention'],
      },
      { url: 'http://127.0.0.1:9000/', secretFile: null, events: ['started', 'failed'] },
    ],
    command: {
      command: ['tell', 'them'],
      service: null,
      image: null,
      environment: {},
      volumes: [],
      deadlineMs: 5_000,
    },
  });
  // It is not one that operations run.
  expect(policy?.hooks).toEqual({});
});

test('what cannot be told is said, with its line', () => {
  const { problems } = read(
    '  notify: {webhooks: [{url: "ftp://x/"}, {url: "https://x/", secret_file: secret}, {url: "https://x/", events: [test]}]}',
  );
  expect(problems.map(({ message }) => message)).toEqual([
    expect.stringContaining('"ftp://x/" is not an http or https URL'),
    expect.stringContaining('"secret" is not an absolute path'),
    expect.stringContaining('"test" is not one of started, succeeded'),
  ]);
});
