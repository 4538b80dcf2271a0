import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { startLab } from '../../src/lab/lab.ts';
import { acmeImage } from '../../src/lab/seed-demo.ts';
import { clientOf } from '../lab/lab-under-test.ts';
import { TestBelay } from '../support/belay.ts';

/** Says what would be markup if it were not text, as its last words. */
export const HOSTILE = '<img src=x onerror="document.title=1"><script>alert(1)</script>';
const BROKEN = `console.log(${JSON.stringify(`${HOSTILE}\u202e\x1b[31m`)}); process.exit(1)`;

export interface Stage {
  belay: TestBelay;
  url: string;
  token: string;
  /** Everything that the page has complained about. */
  complaints: string[];
  /** A page of its own, signed in. */
  open(options?: { width?: number; scheme?: 'light' | 'dark' }): Promise<Page>;
  context(options?: { width?: number; scheme?: 'light' | 'dark' }): Promise<BrowserContext>;
  startDaemon(): Promise<void>;
  close(): Promise<void>;
}

const NODES = ['camp-1', 'camp-2'];

/** Two appliances on the embedded engine, one of them of two nodes, a daemon that listens, and a browser. */
export async function openStage(executablePath: string): Promise<Stage> {
  const root = mkdtempSync(join(tmpdir(), 'belay-console-'));
  const lab = await startLab({ root, pullLineMs: 5 });
  const docker = clientOf(lab.socketPath);
  const containerPort = await freePort();
  const labels = (stable: string) => ({ 'io.belay.gate.stable': stable, 'io.belay.gate.deadline': '10s' });
  for (const version of ['1.0', '2.0', '3.0']) {
    const image = acmeImage(version, containerPort);
    const env = { ...image.env, ACME_MIGRATION_MS: '200' };
    lab.addImage(
      { ...image, env, labels: { ...image.labels, ...labels('400ms') } },
      version === '1.0' ? 'both' : 'registry',
    );
  }
  lab.addImage(
    { repository: 'acme/server', tag: '2.5', command: ['node', '-e', BROKEN], labels: labels('400ms') },
    'registry',
  );
  const reference = `127.0.0.1:${lab.registryPort}/acme/server:1.0`;
  const belay = new TestBelay(`unix://${lab.socketPath}`);
  const port = await freePort();
  const startDaemon = () => belay.start({ env: { BELAY_LISTEN: `127.0.0.1:${port}` } });
  await startDaemon();
  for (const name of ['acme', ...NODES]) {
    const HostConfig = { Binds: [`${name}-data:/var/lib/acme`], RestartPolicy: { Name: 'unless-stopped' } };
    await (await docker.createContainer({ name, Image: reference, HostConfig })).start();
  }
  await belay.adopt('acme', 'acme');
  const text = [
    'services:',
    ...NODES.map((node) => `  ${node}: {container_name: ${node}, image: "${reference}"}`),
    `x-belay: {services: {${NODES.map((node, index) => `${node}: {role: ${index === 0 ? 'controller' : 'node'}}`)}}}`,
    '',
  ].join('\n');
  const manifest = { file: 'appliance.yaml', directory: root, text, files: {} };
  await belay.post('/api/appliances', { container: NODES[0], name: 'base-camp', manifest });
  const browser: Browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  const complaints: string[] = [];
  const url = `http://127.0.0.1:${port}/`;
  const token = readFileSync(join(belay.home, 'console-token'), 'utf8').trim();
  const context: Stage['context'] = async ({ width = 1280, scheme = 'light' } = {}) => {
    const made = await browser.newContext({
      viewport: { width, height: width < 600 ? 700 : 900 },
      colorScheme: scheme,
      reducedMotion: 'reduce',
      locale: 'en-GB',
    });
    made.setDefaultTimeout(60_000);
    made.on('weberror', (error) => complaints.push(error.error().message));
    made.on('console', (message) => {
      if (
        message.page()?.url().startsWith(url) &&
        /Content Security Policy|TrustedHTML|Refused to/i.test(message.text())
      )
        complaints.push(message.text());
    });
    return made;
  };
  return {
    belay,
    url,
    token,
    complaints,
    context,
    startDaemon,
    open: async (options) => {
      const page = await (await context(options)).newPage();
      await page.goto(url);
      await signIn(page, token);
      return page;
    },
    async close() {
      await browser.close();
      await belay.close();
      await lab.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

export async function signIn(page: Page, token: string): Promise<void> {
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: /acme|base-camp/ }).waitFor();
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
