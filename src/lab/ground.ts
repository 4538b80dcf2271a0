import type { ListenOptions, Server } from 'node:net';
import { type Disk, realDisk } from './disk.ts';
import { listenOn } from './listen.ts';
import { type Processes, realProcesses } from './processes.ts';

/** What a lab stands on: where it keeps things, what runs its containers' processes, where it listens. */
export interface Ground {
  disk: Disk;
  processes: Processes;
  /** Resolves when the server listens; rejects with what kept it from listening. */
  listen(server: Server, options: ListenOptions): Promise<void>;
}

/** This machine: real files, child processes and sockets. */
export const thisMachine: Ground = { disk: realDisk, processes: realProcesses, listen: listenOn };
