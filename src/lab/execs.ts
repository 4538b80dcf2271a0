import type { Writable } from 'node:stream';
import type { Containers } from './containers.ts';
import { newId } from './identity.ts';
import { asStrings, asText, type JsonObject } from './json.ts';
import { LabError } from './lab-error.ts';
import { frame, type LogStream } from './logs.ts';
import { UnstartableError } from './processes.ts';
import type { Supervisor } from './supervisor.ts';

interface ExecRecord {
  id: string;
  containerId: string;
  command: string[];
  env: string[];
  workingDir: string;
  tty: boolean;
  streams: ReadonlySet<LogStream>;
  state: 'created' | 'running' | 'ended';
  exitCode: number | null;
  pid: number;
}

/** Commands to be run in containers. They are kept in memory only, as the engine keeps them. */
export class Execs {
  readonly #containers: Containers;
  readonly #supervisor: Supervisor;
  readonly #records = new Map<string, ExecRecord>();

  constructor(containers: Containers, supervisor: Supervisor) {
    this.#containers = containers;
    this.#supervisor = supervisor;
  }

  create(reference: string, settings: JsonObject): string {
    const command = asStrings(settings['Cmd']) ?? [];
    if (command.length === 0) throw new LabError(400, 'No exec command specified');
    const container = this.#containers.find(reference);
    if (!container.state.Running || container.state.Restarting) {
      throw new LabError(409, `Container ${container.id} is not running`);
    }
    if (container.state.Paused) {
      throw new LabError(409, `Container ${container.id} is paused, unpause the container before exec`);
    }
    const streams = new Set<LogStream>();
    if (settings['AttachStdout'] === true) streams.add('stdout');
    if (settings['AttachStderr'] === true) streams.add('stderr');
    const id = newId();
    this.#records.set(id, {
      id,
      containerId: container.id,
      command,
      env: asStrings(settings['Env']) ?? [],
      workingDir: asText(settings['WorkingDir']),
      tty: settings['Tty'] === true,
      streams,
      state: 'created',
      exitCode: null,
      pid: 0,
    });
    this.#containers.emit(container, `exec_create: ${command.join(' ')}`, { execID: id });
    return id;
  }

  /** Throws, as the engine does, before anything is answered. */
  checkStartable(id: string): void {
    const record = this.#find(id);
    if (record.state !== 'created') throw new LabError(409, `Error: Exec command ${id} is already running`);
    const container = this.#containers.find(record.containerId);
    if (!container.state.Running) throw new LabError(409, `Container ${container.id} is not running`);
  }

  /** Runs it to its end, its framed output going to `output`; the engine's words there where it cannot be run. */
  async run(id: string, output: Writable | null): Promise<void> {
    const record = this.#find(id);
    const container = this.#containers.find(record.containerId);
    record.state = 'running';
    this.#containers.emit(container, `exec_start: ${record.command.join(' ')}`, { execID: id });
    const send = (stream: LogStream, chunk: Buffer | string) => {
      if (output?.writable) output.write(record.tty ? chunk : frame(stream, chunk));
    };
    try {
      const process = await this.#supervisor.exec(container, {
        command: record.command,
        env: record.env,
        workingDir: record.workingDir,
        onOutput: (stream, chunk) => {
          if (record.streams.has(stream)) send(stream, chunk);
        },
      });
      record.pid = process.pid;
      record.exitCode = await process.ended;
    } catch (error) {
      const reason = (error as Error).message;
      if (record.streams.has('stdout')) send('stdout', `OCI runtime exec failed: exec failed: ${reason}\r\n`);
      record.exitCode = error instanceof UnstartableError ? 126 : 128;
    }
    record.state = 'ended';
    this.#containers.emit(container, 'exec_die', { execID: id, exitCode: String(record.exitCode) });
  }

  inspect(id: string) {
    const record = this.#find(id);
    const [entrypoint, ...args] = record.command;
    return {
      ID: id,
      Running: record.state === 'running',
      ExitCode: record.exitCode,
      ProcessConfig: { tty: record.tty, entrypoint, arguments: args, privileged: false },
      OpenStdin: false,
      OpenStderr: record.streams.has('stderr'),
      OpenStdout: record.streams.has('stdout'),
      CanRemove: false,
      ContainerID: record.containerId,
      DetachKeys: '',
      Pid: record.pid,
    };
  }

  #find(id: string): ExecRecord {
    const record = this.#records.get(id);
    if (!record) throw new LabError(404, `No such exec instance: ${id}`);
    return record;
  }
}
