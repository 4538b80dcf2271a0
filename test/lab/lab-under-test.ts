import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { onTestFinished } from 'vitest';
import type { AddedImage } from '../../src/lab/add-image.ts';
import type { ImageDefinition } from '../../src/lab/image-definition.ts';
import { type Lab, type LabOptions, startLab } from '../../src/lab/lab.ts';

/** A client of that socket and of no other, whatever DOCKER_HOST says. */
export function clientOf(socketPath: string): Docker {
  const kept = process.env['DOCKER_HOST'];
  delete process.env['DOCKER_HOST'];
  // A kept connection would be that of the last lab on this socket.
  const docker = new Docker({ socketPath, agent: new Agent({ keepAlive: false }) } as Docker.DockerOptions);
  if (kept !== undefined) process.env['DOCKER_HOST'] = kept;
  return docker;
}

/** A directory that goes when the test has ended. */
export function temporaryRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'lab-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

/** A lab that ends with the test. */
export async function openLab(options: Partial<LabOptions> = {}): Promise<{ lab: Lab; docker: Docker }> {
  const lab = await startLab({ root: options.root ?? temporaryRoot(), pullLineMs: 0, ...options });
  onTestFinished(() => lab.close());
  return { lab, docker: clientOf(lab.socketPath) };
}

/** An image whose command is a script for Node. */
export function nodeImage(lab: Lab, script: string, definition: Partial<ImageDefinition> = {}): AddedImage {
  return lab.addImage({ repository: 'test/app', tag: '1', command: ['node', '-e', script], ...definition }, 'both');
}

export async function addressOf(container: Docker.Container): Promise<string> {
  const { NetworkSettings } = await container.inspect();
  return NetworkSettings.Networks['bridge']?.IPAddress ?? '';
}

/** Runs until it is told to stop. */
export const SERVE = 'process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1000)';

/** Resolves as soon as it holds; fails the test with the last value where it does not in time. */
export async function until<T>(read: () => Promise<T>, holds: (value: T) => boolean, withinMs = 20_000): Promise<T> {
  const endMs = performance.now() + withinMs;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (performance.now() > endMs) throw new Error(`not within ${withinMs} ms: ${JSON.stringify(value)}`);
    await sleep(20);
  }
}

/** One raw call, for what a client library hides. */
export function rawCall(
  socketPath: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Buffer; headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const outgoing = request({ socketPath, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks), headers: response.headers }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
