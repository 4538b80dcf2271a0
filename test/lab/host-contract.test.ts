import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { DockerHost } from '../../src/docker/docker-host.ts';
import { type Lab, startLab } from '../../src/lab/lab.ts';
import { type ContractImage, type ContractWorld, hostContract } from '../docker/host-contract.ts';

const SERVER = `
  require("node:net").createServer((socket) => socket.end())
    .listen(8080, process.env.BELAY_LAB_ADDRESS, () => console.log("serving on 8080"));
  process.on("SIGTERM", () => process.exit(0));`;
const PROBE = `
  const socket = require("node:net").connect(8080, process.env.BELAY_LAB_ADDRESS);
  socket.on("error", () => process.exit(1)).on("connect", () => process.exit(0));`;

let lab: Lab | null = null;
const root = mkdtempSync(join(tmpdir(), 'lab-contract-'));

afterAll(async () => {
  await lab?.close();
  rmSync(root, { recursive: true, force: true });
});

function publish(own: Lab, tag: string, color: string, script = SERVER): ContractImage {
  return own.addImage({
    repository: 'acme/server',
    tag,
    command: ['node', '-e', script],
    env: { COLOR: color },
    labels: { 'io.belay.version-command': 'cat /version' },
    healthcheck: { Test: ['CMD', 'node', '-e', PROBE], Interval: 0.5e9 },
    volumes: ['/data'],
    exposedPorts: ['8080/tcp'],
  });
}

hostContract('the embedded engine keeps the contract', async (): Promise<ContractWorld> => {
  lab = await startLab({ root });
  return {
    host: new DockerHost({ socketPath: lab.socketPath }),
    socketPath: lab.socketPath,
    serving: publish(lab, '1.0', 'blue'),
    newer: publish(lab, '2.0', 'green'),
    failing: publish(lab, '2.1', 'red', 'console.error("fatal: no luck\\nmore"); process.exit(1)'),
    port: 8080,
    name: (word) => `contract-${word}`,
  };
});
