import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestBelay } from '../support/belay.ts';

let folder: string;
let belay: TestBelay;
const program = join(import.meta.dirname, '../../dist-test/belay.js');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'belay-manifest-'));
  belay = new TestBelay(`unix://${folder}/no-engine.sock`);
  await belay.start();
});
afterAll(async () => {
  await belay.close();
  await rm(folder, { recursive: true });
});

const write = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content);
function check(name: string, ...more: string[]) {
  const args = [program, 'check', 'manifest', name, ...more];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    env: belay.env(),
    encoding: 'utf8',
  });
  return { status, lines: stdout.trimEnd().split('\n'), stderr };
}

test('a manifest that is right, with .env and environment files beside it', () => {
  write('.env', 'VERSION=2.0\n');
  write('app.env', 'A=1\n');
  write(
    'right.yaml',
    'name: acme\nservices:\n  server:\n    image: acme/server:$VERSION\n    env_file: app.env\n    volumes: [data:/data]\n' +
      'volumes: {data: }\nx-belay: {title: Acme Server}\n',
  );
  const { status, lines } = check('right.yaml');
  expect(lines).toEqual([
    'right.yaml is right.',
    'Appliance  acme',
    'Title      Acme Server',
    'Version    2.0',
    'Volumes    acme_data',
    'Networks   acme_default',
    '',
    'SERVICE  ROLE        IMAGE            UPGRADES     AFTER',
    'server   controller  acme/server:2.0  new version',
  ]);
  expect(status).toBe(0);
  expect(JSON.parse(check('right.yaml', '--json').lines.join('\n'))).toMatchObject({
    problems: [],
    appliance: { name: 'acme', version: '2.0' },
  });
  expect(check('right.yaml', '--yaml').lines).toContain('problems: []');
});

test('a manifest that is wrong: each mistake on a line of its own, exit code 2', () => {
  write('wrong.yaml', 'services:\n  server:\n    image: a b\n    prots: [80]\n    env_file: none.env\n');
  const { status, lines } = check('wrong.yaml');
  expect(lines).toEqual([
    'wrong.yaml:3:12: services.server.image: "a b" is not the name of an image, such as registry.example.com/acme/server:2.0.',
    'wrong.yaml:4:5: services.server.prots: there is no such key. Did you mean ports?',
    '2 things are wrong with wrong.yaml.',
  ]);
  expect(status).toBe(2);
});

test('files that cannot be read are named', () => {
  write('latin1.yaml', Buffer.concat([Buffer.from('a: 1\nb: caf'), Buffer.from([0xe9]), Buffer.from('\n')]));
  mkdirSync(join(folder, 'directory'));
  for (const [name, sentence] of [
    ['nowhere.yaml', 'nowhere.yaml cannot be read: there is no such file.'],
    ['directory', 'directory cannot be read: it is not a file.'],
    ['latin1.yaml', 'latin1.yaml:2:7: this is not UTF-8.'],
  ] as const) {
    const { status, stderr } = check(name);
    expect(stderr).toContain(sentence);
    expect(stderr.trimEnd().split('\n').length, 'a sentence, and what to type next').toBe(2);
    expect(status).toBe(2);
  }
});

test('an environment file that is a link out of the directory is not read', () => {
  symlinkSync('/etc/passwd', join(folder, 'linked.env'));
  write('link.yaml', 'services:\n  server:\n    image: acme:1\n    env_file: linked.env\n');
  expect(check('link.yaml').lines[0]).toBe('link.yaml:4:15: The environment file linked.env is not there.');
});
