import { randomBytes } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import type { PrivateEngine } from '../../src/demo/private-engine/private-engine.ts';
import { TestBelay } from '../../test/support/belay.ts';
import { makeImage } from '../../test/support/images.ts';

const MEBIBYTE = 1024 * 1024;

const NETWORK = 'bench';
const ADDRESS = '10.213.77.10';
const PORT = 8080;

/** Serves at once and, when told so, rewrites one hundredth of its data without end. */
const SERVER = `#!/bin/sh
trap 'kill $server $writer 2>/dev/null; exit 0' TERM
httpd -f -p 8080 -h /www &
server=$!
if [ "$CHURN_FILES" -gt 0 ]; then
  ( while :; do n=0; while [ $n -lt $CHURN_FILES ]; do
      dd if=/dev/urandom of=/data/blob-$n bs=1M count=1 conv=notrunc 2>/dev/null; n=$((n+1)); sleep 0.1
    done; done ) &
  writer=$!
fi
while :; do wait $server; done
`;

/** A server with data, under plain docker, and the daemon that is to look after it. */
export class BenchServer {
  readonly name: string;
  readonly repository: string;
  readonly #engine: PrivateEngine;

  constructor(engine: PrivateEngine, name: string) {
    this.#engine = engine;
    this.name = name;
    this.repository = `localhost/bench/${name}`;
  }

  get url(): string {
    return `http://${ADDRESS}:${PORT}/version`;
  }

  reference(version: string): string {
    return `${this.repository}:${version}`;
  }

  /** The network, with a neighbour on it as on any host: alone, a container that stops takes the whole network down. */
  async makeNetwork(): Promise<void> {
    const { docker } = this.#engine;
    const subnet = ['--subnet', '10.213.77.0/24', '--opt', 'com.docker.network.bridge.name=belay-bench'];
    await docker(['network', 'create', ...subnet, NETWORK]);
    await docker(['run', '-d', '--network', NETWORK, this.reference('1.0'), 'sleep', '1000000']);
  }

  async makeImages(versions: string[]): Promise<void> {
    for (const version of versions) {
      await makeImage(this.#engine, {
        reference: this.reference(version),
        files: [
          { path: 'bin/server', content: SERVER, mode: 0o755 },
          { path: 'www/version', content: `${version}\n` },
        ],
        changes: ['CMD ["/bin/server"]', 'ENV PATH=/bin', 'VOLUME /data', 'LABEL io.belay.gate.stable=500ms'],
      });
    }
  }

  /**
   * At an address of its own, asked directly. Behind a published port the engine's proxy takes connections before the
   * container has its network, and the kernel then asks for the address once a second, which hides what is measured.
   */
  flags(churnFiles: number): string[] {
    return ['--network', NETWORK, '--ip', ADDRESS, '--expose', String(PORT), '-e', `CHURN_FILES=${churnFiles}`];
  }

  async run(version: string, churnFiles = 0): Promise<void> {
    await this.makeNetwork();
    const flags = ['-d', '--name', this.name, ...this.flags(churnFiles), '-v', `${this.name}:/data`];
    await this.#engine.docker(['run', ...flags, this.reference(version)]);
  }

  get dataPath(): string {
    return join(this.#engine.dataRoot, 'volumes', this.name, '_data');
  }

  /** Random bytes, so that compressing them costs what it costs with real data that is compressed already. */
  async fill(sizeBytes: number, files: number): Promise<void> {
    await this.#engine.docker(['volume', 'create', this.name]);
    const perFileBytes = Math.ceil(sizeBytes / files);
    let block = randomBytes(Math.min(perFileBytes, MEBIBYTE));
    for (let n = 0; n < files; n++) {
      const directory = files > 10_000 ? join(this.dataPath, `d${n % 100}`) : this.dataPath;
      if (n < 100) await mkdir(directory, { recursive: true });
      const file = await open(join(directory, `blob-${n}`), 'w');
      // The same small block again would compress to nothing; a large one is beyond what gzip looks back to.
      if (perFileBytes < MEBIBYTE) block = randomBytes(block.length);
      for (let written = 0; written < perFileBytes; written += block.length) {
        block.writeUInt32LE(n, 0);
        await file.write(block);
      }
      await file.close();
    }
  }

  async remove(): Promise<void> {
    const { docker } = this.#engine;
    const ids = (await docker(['ps', '-aq'])).split('\n').filter(Boolean);
    if (ids.length > 0) await docker(['rm', '-f', '-v', ...ids]);
    await docker(['network', 'rm', NETWORK]);
    const volumes = (await docker(['volume', 'ls', '-q'])).split('\n').filter(Boolean);
    if (volumes.length > 0) await docker(['volume', 'rm', '-f', ...volumes]);
  }
}

/** Runs `work` with a daemon of the shipped build that has adopted the server. */
export async function withBelay(
  engine: PrivateEngine,
  server: BenchServer,
  program: string,
  work: (belay: TestBelay) => Promise<void>,
): Promise<void> {
  const belay = new TestBelay(engine.dockerHost, program);
  await belay.start();
  try {
    await belay.adopt(server.name, server.name);
    await work(belay);
  } finally {
    await belay.close();
    await rm(belay.directory, { recursive: true, force: true });
  }
}

export function mustSucceed(operation: OperationView): void {
  if (operation.state !== 'succeeded') throw new Error(`${operation.kind}: ${operation.state}: ${operation.reason}`);
}
