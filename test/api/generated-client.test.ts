import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { generate, HttpClient } from 'openapi-typescript-codegen';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import type { RollbackPlanView } from '../../src/api/contract/plan-views.ts';
import type { ReleaseView } from '../../src/api/contract/release-views.ts';
import type { SystemView } from '../../src/api/contract/system-views.ts';
import { startLab } from '../../src/lab/lab.ts';
import { acmeImage } from '../../src/lab/seed-demo.ts';
import { clientOf } from '../lab/lab-under-test.ts';
import { TestBelay } from '../support/belay.ts';

/** What the generator makes of the routes that are used here: a method each, called by method and path. */
interface GeneratedClient {
  OpenAPI: { BASE: string; TOKEN?: string };
  ApiError: new () => Error & {
    status: number;
    body: { error: { code: string; message: string; hint: string | null } };
  };
  DefaultService: {
    getApiSystem(): Promise<SystemView>;
    getApiReleases(): Promise<ReleaseView[]>;
    getApiUpgradeStatus(): Promise<OperationView>;
    getApiRollbackPlan(): Promise<RollbackPlanView>;
    postApiClusterUpgrade(body: { version: string }): Promise<OperationView>;
    postApiClusterRollback(appliance?: string, body?: { release?: string }): Promise<OperationView>;
  };
}

const root = mkdtempSync(join(tmpdir(), 'belay-client-'));
const trusted = getCACertificates('default');
let lab: Awaited<ReturnType<typeof startLab>>;
let belay: TestBelay;
let url: string;
let client: GeneratedClient;

beforeAll(async () => {
  const [cert, key] = [join(root, 'cert.pem'), join(root, 'key.pem')];
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', cert];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...made, ...subject], { stdio: 'ignore' });
  setDefaultCACertificates([...trusted, readFileSync(cert, 'utf8')]);

  const labRoot = join(root, 'lab');
  mkdirSync(labRoot);
  lab = await startLab({ root: labRoot, pullLineMs: 1 });
  for (const version of ['1.0', '2.0']) {
    const image = acmeImage(version, 8080);
    const labels = { ...image.labels, 'io.belay.gate.stable': '300ms', 'io.belay.gate.deadline': '10s' };
    lab.addImage({ ...image, labels }, version === '1.0' ? 'both' : 'registry');
  }
  const docker = clientOf(lab.socketPath);
  const Image = `127.0.0.1:${lab.registryPort}/acme/server:1.0`;
  const HostConfig = { Binds: ['acme-data:/var/lib/acme'], RestartPolicy: { Name: 'unless-stopped' } };
  await (await docker.createContainer({ name: 'acme', Image, HostConfig })).start();

  belay = new TestBelay(`unix://${lab.socketPath}`);
  const env = { BELAY_LISTEN: '127.0.0.1:0', BELAY_TLS_CERT: cert, BELAY_TLS_KEY: key };
  await belay.start({ env });
  await belay.adopt('acme', 'acme');
  const view = await belay.get<{ url: string; isEncrypted: boolean }>('/api/console');
  expect(view.isEncrypted).toBe(true);
  url = view.url.replace('127.0.0.1', 'localhost').replace(/\/$/, '');
});
afterAll(async () => {
  setDefaultCACertificates(trusted);
  await belay?.close();
  await lab?.close();
  rmSync(root, { recursive: true, force: true });
});

const token = () => readFileSync(join(belay.home, 'console-token'), 'utf8').trim();

/** As somebody would who has nothing but the document. */
async function generateClient(): Promise<GeneratedClient> {
  const answer = await fetch(`${url}/api/openapi.json`, { headers: { authorization: `Bearer ${token()}` } });
  const document = join(root, 'openapi.json');
  writeFileSync(document, await answer.text());
  const sources = join(root, 'client');
  await generate({ input: document, output: sources, httpClient: HttpClient.FETCH });
  const outfile = join(root, 'client.mjs');
  await build({ entryPoints: [join(sources, 'index.ts')], bundle: true, format: 'esm', platform: 'node', outfile });
  return import(pathToFileURL(outfile).href);
}

async function ended(): Promise<OperationView> {
  for (;;) {
    const operation = await client.DefaultService.getApiUpgradeStatus();
    if (operation.state !== 'running') return operation;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('a client generated from the OpenAPI document, over TLS', () => {
  beforeAll(async () => {
    client = await generateClient();
    client.OpenAPI.BASE = url;
    client.OpenAPI.TOKEN = token();
  });

  it('upgrades, looks at what a rollback would do, and rolls back with a POST that says nothing more', async () => {
    const { DefaultService: api } = client;
    const begun = await api.postApiClusterUpgrade({ version: '2.0' });
    expect(begun).toMatchObject({ kind: 'upgrade', by: 'api', state: 'running' });
    expect(await ended()).toMatchObject({ id: begun.id, state: 'succeeded' });
    expect(await api.getApiSystem()).toMatchObject({ version: '2.0' });
    expect(await api.getApiRollbackPlan()).toMatchObject({ to: { version: '1.0' } });

    const back = await api.postApiClusterRollback();
    expect(back).toMatchObject({ kind: 'rollback', by: 'api' });
    const done = await ended();
    expect(done).toMatchObject({ id: back.id, state: 'succeeded' });
    expect(done.steps.every(({ status }) => ['done', 'skipped'].includes(status))).toBe(true);
    expect((await api.getApiReleases()).map(({ version, status }) => `${version} ${status}`)).toEqual([
      '1.0 active',
      '2.0 rolled-back',
      '1.0 superseded',
    ]);
  });

  it('is told in one sentence what cannot be had, and nothing changes', async () => {
    const failure = await client.DefaultService.postApiClusterUpgrade({ version: '9.9' }).catch((thrown) => thrown);
    expect(failure).toBeInstanceOf(client.ApiError);
    expect(failure.body.error.message).toMatch(/^\S.*\.$/);
    expect(await client.DefaultService.getApiSystem()).toMatchObject({ version: '1.0' });
  });

  it('is not let in without the token', async () => {
    client.OpenAPI.TOKEN = 'x'.repeat(43);
    const failure = await client.DefaultService.postApiClusterRollback().catch((thrown) => thrown);
    expect(failure).toMatchObject({ status: 401 });
    client.OpenAPI.TOKEN = token();
  });
});
