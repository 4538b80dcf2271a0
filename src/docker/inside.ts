import { connect } from 'node:net';
import { BelayError } from '../domain/errors.ts';
import type { ExecResult } from '../domain/ports/container-host.ts';
import { framesOf } from './container-log.ts';
import type { EngineApi } from './engine-api.ts';
import { statusOf } from './engine-errors.ts';
import { HeadAndTail } from './head-and-tail.ts';
import { noSuchContainer } from './instances.ts';
import { demultiplexed, printableLines } from './multiplexed.ts';

const OUTPUT_LIMIT_BYTES = 64 * 1024;

/**
 * Runs a command in an instance. `engine-failed` when it has not ended in time; the engine has no call
 * to end it, so it then goes on in the instance.
 */
export async function exec(
  api: EngineApi,
  id: string,
  { command, environment }: { command: string[]; environment: Readonly<Record<string, string>> },
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<ExecResult> {
  const deadline = AbortSignal.timeout(timeoutMs);
  const both = signal ? AbortSignal.any([signal, deadline]) : deadline;
  try {
    const { Id } = await api.createExec(id, command, environment, both);
    const said = new HeadAndTail(OUTPUT_LIMIT_BYTES);
    for await (const { content } of framesOf(api.startExec(Id, timeoutMs, both))) said.add(content);
    const exitCode = await exitCodeOf(api, Id, both);
    return { exitCode, output: said.content().toString('utf8') };
  } catch (thrown) {
    if (deadline.aborted && !signal?.aborted) throw tooSlow(command, timeoutMs);
    throw statusOf(thrown) === 404 ? noSuchContainer(id) : thrown;
  }
}

// The stream ends a moment before the engine has the exit code.
async function exitCodeOf(api: EngineApi, execId: string, signal: AbortSignal): Promise<number> {
  for (;;) {
    const { Running, ExitCode } = await api.execResult(execId, signal);
    if (!Running && ExitCode !== null) return ExitCode;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const tooSlow = (command: string[], timeoutMs: number) =>
  new BelayError('engine-failed', `'${command.join(' ')}' did not end within ${timeoutMs / 1000} s in the container.`);

/** The last lines of the log, oldest first. None where the container is gone or its log driver keeps nothing. */
export async function logTail(api: EngineApi, id: string, lines: number, signal?: AbortSignal): Promise<string[]> {
  const container = await api.container(id, signal);
  if (!container) return [];
  try {
    const log = await api.containerLog(id, lines, signal);
    return printableLines(container.Config.Tty ? log : demultiplexed(log));
  } catch (thrown) {
    const status = statusOf(thrown);
    if (status === 404 || status === 501 || status === 409) return [];
    throw thrown;
  }
}

/**
 * Whether something accepts a connection on this port of the instance: at its own address, because the
 * engine's proxy accepts on a published port also where nothing listens behind it.
 */
export async function answers(api: EngineApi, id: string, tcpPort: number, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  const addresses = await addressesOf(api, id, AbortSignal.timeout(timeoutMs)).catch(() => []);
  const leftMs = Math.max(deadline - performance.now(), 1);
  const answered = await Promise.all(addresses.map((address) => accepts(address, tcpPort, leftMs)));
  return answered.includes(true);
}

async function addressesOf(api: EngineApi, id: string, signal: AbortSignal): Promise<string[]> {
  const container = await api.container(id, signal);
  if (container?.State.Status !== 'running') return [];
  const mode = String(container.HostConfig.NetworkMode ?? '');
  if (mode === 'host') return ['127.0.0.1'];
  if (mode.startsWith('container:')) return addressesOf(api, mode.slice('container:'.length), signal);
  const endpoints = Object.values(container.NetworkSettings.Networks ?? {});
  return endpoints.flatMap((endpoint) => endpoint.IPAddress || endpoint.GlobalIPv6Address || []);
}

function accepts(address: string, port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const settle = (accepted: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(accepted);
    };
    const timer = setTimeout(() => settle(false), timeoutMs);
    // On this machine a closed port that happens to become the socket's own connects to itself.
    socket.once('connect', () => settle(socket.localPort !== port || socket.localAddress !== socket.remoteAddress));
    socket.once('error', () => settle(false));
  });
}
