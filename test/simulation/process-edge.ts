import crypto from 'node:crypto';
import filesNow from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import timersNow from 'node:timers/promises';
import type { Chance } from './chance.ts';
import { type VirtualTime, VirtualTimer } from './virtual-time.ts';

/** What a simulated machine gives the program in place of the real one's. */
interface Machine {
  time: VirtualTime;
  chance: Chance;
  /** Whether there is such a file or directory. */
  exists(path: string): boolean;
}

let machine: Machine | null = null;
let isInstalled = false;

/**
 * Puts this process on a simulated machine: from here on time, chance and the few files that the program looks
 * for by itself are that machine's, for our code and for every library alike. Null puts it back.
 */
export function moveTo(other: Machine | null): void {
  machine = other;
  if (!isInstalled) install();
  isInstalled = true;
}

// Made once: its stack would cost more than all the rest of a look-up.
const MISSING = Object.assign(new Error('ENOENT: no such file or directory'), { code: 'ENOENT' });

function install(): void {
  installTimers();
  installClocks();
  const { randomBytes, randomInt } = crypto;
  const getRandomValues = globalThis.crypto.getRandomValues.bind(globalThis.crypto);
  Object.defineProperty(globalThis.crypto, 'getRandomValues', {
    value: <T extends ArrayBufferView | null>(view: T) =>
      machine ? machine.chance.fill(view) : getRandomValues(view as never),
  });
  Object.assign(crypto, {
    randomBytes: (size: number) => (machine ? machine.chance.fill(Buffer.alloc(size)) : randomBytes(size)),
    randomInt: (limit: number) => (machine ? machine.chance.between(0, limit - 1) : randomInt(limit)),
  });
  installFiles();
  syncBuiltinESMExports();
}

/** The machine has directories and nothing else that is looked for past the ports; a call that is not here is a mistake. */
function installFiles(): void {
  const no = () => false;
  const types = { isFile: no, isSocket: no, isFIFO: no, isCharacterDevice: no, isBlockDevice: no, isSymbolicLink: no };
  const directory = { ...types, isDirectory: () => true };
  const simulated: Record<string, (on: Machine, path: string) => unknown> = {
    readFile: () => fail(MISSING),
    readlink: () => fail(MISSING),
    access: (on, path) => on.exists(path) || fail(MISSING),
    lstat: (on, path) => (on.exists(path) ? directory : fail(MISSING)),
  };
  const calls = filesNow as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (const [name, real] of Object.entries(calls)) {
    if (typeof real !== 'function') continue;
    calls[name] = async (...args) => {
      if (!machine) return real(...args);
      return (simulated[name] ?? (() => fail(new Error(`a simulated machine has no ${name}`))))(
        machine,
        String(args[0]),
      );
    };
  }
}

function fail(error: Error): never {
  throw error;
}

function installTimers(): void {
  const real = { setTimeout, setInterval, clearTimeout, clearInterval };
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  const sleep = timersNow.setTimeout;
  const clearing = (realClear: (timer: never) => void) => (timer: unknown) => {
    if (timer instanceof VirtualTimer) machine?.time.clear(timer);
    else realClear(timer as never);
  };
  Object.assign(globalThis, {
    setTimeout: (action: (...args: unknown[]) => void, ms: number, ...args: unknown[]) =>
      machine ? machine.time.start(ms, false, () => action(...args)) : real.setTimeout(action, ms, ...args),
    setInterval: (action: (...args: unknown[]) => void, ms: number, ...args: unknown[]) =>
      machine ? machine.time.start(ms, true, () => action(...args)) : real.setInterval(action, ms, ...args),
    clearTimeout: clearing(real.clearTimeout),
    clearInterval: clearing(real.clearInterval),
  });
  AbortSignal.timeout = (ms) => {
    if (!machine) return timeout(ms);
    const controller = new AbortController();
    machine.time.start(ms, false, () => controller.abort(new DOMException('', 'TimeoutError')));
    return controller.signal;
  };
  const virtualSleep = <T>(time: VirtualTime, ms: number, value: T, signal?: AbortSignal) =>
    new Promise<T>((resolve, reject) => {
      const stop = () => {
        time.clear(timer);
        reject(new DOMException('The operation was aborted', 'AbortError'));
      };
      const timer = time.start(ms, false, () => {
        signal?.removeEventListener('abort', stop);
        resolve(value);
      });
      if (signal?.aborted) stop();
      else signal?.addEventListener('abort', stop, { once: true });
    });
  timersNow.setTimeout = ((ms: number, value: unknown, options?: { signal?: AbortSignal }) =>
    machine
      ? virtualSleep(machine.time, ms, value, options?.signal)
      : sleep(ms, value, options)) as typeof timersNow.setTimeout;
}

function installClocks(): void {
  const RealDate = Date;
  const realNow = performance.now.bind(performance);
  const now = () => machine?.time.wallMs ?? RealDate.now();
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
  });
  performance.now = () => machine?.time.nowMs ?? realNow();
}
