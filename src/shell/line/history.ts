import { constants, readFileSync } from 'node:fs';
import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { printable } from '../printable.ts';
import { statePath } from '../state-path.ts';

const MOST_LINES = 1000;
const LONGEST_LINE = 4096;

export const historyPath = (environment: NodeJS.ProcessEnv): string => statePath(environment, 'history');

/**
 * The lines that a person typed, on disk with mode 0600. A line that begins with a blank is not kept. Where the
 * file cannot be read or written the history lasts as long as the session: no reason to stop anybody.
 */
export class History {
  readonly lines: string[] = [];
  private readonly path: string;
  private writing: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.path = path;
  }

  /** At once: the first prompt waits for it. */
  load(): void {
    const lines = this.read()
      .split('\n')
      .map(printable)
      .filter((line) => line !== '');
    this.lines.unshift(...lines.slice(-MOST_LINES));
    if (lines.length > 2 * MOST_LINES) this.writing = this.shorten().catch(() => {});
  }

  add(line: string): void {
    if (line.trim() === '' || line.startsWith(' ') || line === this.lines.at(-1)) return;
    if (line.length > LONGEST_LINE) return;
    this.lines.push(line);
    if (this.lines.length > MOST_LINES) this.lines.shift();
    this.writing = this.writing.then(() => this.append(line)).catch(() => {});
  }

  /** Resolves when everything that was added is in the file. */
  async flush(): Promise<void> {
    await this.writing;
  }

  private read(): string {
    try {
      return readFileSync(this.path, 'utf8');
    } catch {
      return '';
    }
  }

  private async append(line: string): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    const flags = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | constants.O_NOFOLLOW;
    const file = await open(this.path, flags, 0o600);
    try {
      await file.chmod(0o600);
      await file.write(`${line}\n`);
    } finally {
      await file.close();
    }
  }

  /** Through a new file of its own, so that another session never sees half of one. */
  private async shorten(): Promise<void> {
    const fresh = `${this.path}.${process.pid}`;
    await writeFile(fresh, `${this.lines.join('\n')}\n`, { mode: 0o600, flag: 'wx' });
    await rename(fresh, this.path);
  }
}
