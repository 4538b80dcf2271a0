import { BelayError } from '../domain/errors.ts';

export interface CallContext {
  address: string;
  path: string;
  deadlineMs: number;
  signal: AbortSignal;
}

/** The HTTP status with which the engine refused; null for any other error. */
export function statusOf(thrown: unknown): number | null {
  const status = thrown instanceof BelayError ? thrown.details.status : undefined;
  return typeof status === 'number' ? status : null;
}

/** The engine's own sentence in an error that it answered with; '' for any other error. */
export function engineSentence(thrown: unknown): string {
  const sentence = thrown instanceof BelayError ? thrown.details.engine : undefined;
  return typeof sentence === 'string' ? sentence : '';
}

/** What a failed call means: the caller gave up, nothing answers, or the engine said no. */
export function callFailure(thrown: unknown, context: CallContext): BelayError {
  if (thrown instanceof BelayError) return thrown;
  if (context.signal.aborted) return abortFailure(context);
  const { statusCode, code, message } = thrown as { statusCode?: number; code?: string; message?: string };
  if (statusCode !== undefined) {
    const sentence = (message ?? '').replace(/^\(HTTP code \d+\) \w+ - /, '').trim();
    if (isFull(sentence)) return engineFull({ status: statusCode, engine: sentence, path: context.path });
    const details = { status: statusCode, engine: sentence, path: context.path };
    const age = /client version \S+ is too (new|old)/.exec(sentence)?.[1];
    if (age) {
      const words = `The Docker Engine at ${context.address} is too ${age === 'new' ? 'old' : 'new'} for this release of Belay.`;
      return new BelayError('engine-failed', words, { hint: 'See what it is: docker version', details });
    }
    return new BelayError('engine-failed', `The Docker Engine refused: ${asSentence(shortened(sentence))}`, {
      details,
    });
  }
  return unreachable(context, code ?? message ?? 'unknown', thrown);
}

/** Whether the engine's own words are about a disk without room. */
export const isFull = (sentence: string): boolean => /no space left on device|disk quota exceeded/i.test(sentence);

export const engineFull = (details: Record<string, unknown>): BelayError =>
  new BelayError('no-space', 'No space is left where the Docker Engine keeps its images and containers.', {
    hint: 'See what takes it (docker system df), free some, then try again.',
    details,
  });

function abortFailure(context: CallContext): BelayError {
  const reason: unknown = context.signal.reason;
  if (reason instanceof BelayError) return reason;
  if (reason instanceof DOMException && reason.name === 'TimeoutError') {
    return new BelayError(
      'engine-unreachable',
      `The Docker Engine did not answer within ${Math.round(context.deadlineMs / 100) / 10} s.`,
      { hint: 'See whether it is alive: docker version', details: { address: context.address, path: context.path } },
    );
  }
  return new BelayError('interrupted', 'Interrupted while waiting for the Docker Engine.', { cause: reason });
}

function unreachable(context: CallContext, reason: string, cause: unknown): BelayError {
  const details = { address: context.address, path: context.path, reason };
  if (reason === 'EACCES' || reason === 'EPERM') {
    return new BelayError('engine-unreachable', `This user may not use the Docker Engine at ${context.address}.`, {
      hint: 'Run the daemon as root, or as a user of the group docker.',
      details,
      cause,
    });
  }
  if (reason === 'aborted' || reason === 'ECONNRESET') {
    return new BelayError('engine-unreachable', 'The Docker Engine broke off in the middle of its answer.', {
      hint: 'See whether it is alive: docker version',
      details,
      cause,
    });
  }
  return new BelayError('engine-unreachable', `No Docker Engine answers at ${context.address}.`, {
    hint: 'Start it (systemctl start docker), or set DOCKER_HOST to where it is.',
    details,
    cause,
  });
}

const asSentence = (words: string): string => (/[.!?…]$/.test(words) ? words : `${words}.`);

/** One readable line of at most 200 characters. */
export function shortened(sentence: string): string {
  const line = sentence.replace(/\s+/g, ' ').trim();
  return line.length <= 200 ? line : `${line.slice(0, 199)}…`;
}

/** Why a container did not start, in words that name what to look at. The engine's own are in the details. */
export function startFailure(thrown: unknown, name: string): unknown {
  const engine = engineSentence(thrown);
  if (engine === '' || isFull(engine)) return thrown;
  if (isStuck(engine)) {
    return new BelayError(
      'container-stuck',
      `The Docker Engine cannot start ${name} again: it holds what is left of its last run.`,
      {
        hint: 'Make it again from its release: repair system',
        details: { status: statusOf(thrown), engine },
        cause: thrown,
      },
    );
  }
  const said = startProblem(engine);
  return new BelayError('engine-failed', `${name} did not start: ${said.problem}.`, {
    ...(said.hint ? { hint: said.hint } : {}),
    details: { status: statusOf(thrown), engine },
    cause: thrown,
  });
}

/**
 * What an engine that was killed while it stopped a container says at every later start of it, also after a
 * restart of its own (measured on 20.10.24, where its containerd went down with it).
 */
const isStuck = (engine: string): boolean =>
  /task [0-9a-f]{64}:? already exists|container with (?:given )?id (?:already )?exists|\bid already in use\b|\bmkdir \S*[0-9a-f]{64}: file exists/i.test(
    engine,
  );

function startProblem(engine: string): { problem: string; hint?: string } {
  const port =
    /Bind for \S*?:(\d+) failed: port is already allocated/.exec(engine) ??
    /listen (?:tcp|udp)\d? \S*?:(\d+): bind: address already in use/.exec(engine);
  if (port)
    return { problem: `port ${port[1]} is taken on this host`, hint: `Find who has it: ss -ltnp sport = :${port[1]}` };
  if (/Address already in use/.test(engine)) {
    return { problem: 'its fixed address is taken on its network', hint: 'Find who has it: docker network inspect' };
  }
  const command = /exec: "([^"]+)": (?:executable file not found|stat .*no such file)/.exec(engine);
  if (command) return { problem: `its command ${command[1]} is not in the image` };
  const path = /(?:bind source path does not exist|error while creating mount source path)[: ]+'?([^':]+)/.exec(engine);
  if (path) return { problem: `the directory ${path[1]?.trim()} that it mounts is not there` };
  const network = /network (\S+) not found/.exec(engine);
  if (network)
    return { problem: `its network ${network[1]} is not there`, hint: `docker network create ${network[1]}` };
  return { problem: shortened(engine.replace(/: unknown$/, '')) };
}
