import type { JsonObject } from '../domain/json.ts';
import type { PullProgress } from '../domain/ports/container-host.ts';

const EXTRACTED = ['Pull complete', 'Already exists'];
const DOWNLOADED = ['Download complete', 'Verifying Checksum', 'Extracting', ...EXTRACTED];

interface Layer {
  status: string;
  doneBytes: number;
  totalBytes: number;
}

/** Adds up the progress lines of a pull over its layers. */
export class PullTally {
  readonly #layers = new Map<string, Layer>();

  /** True when the line shows something that had not been so before. */
  add(line: JsonObject): boolean {
    const { id, status, progressDetail } = line as {
      id?: string;
      status?: string;
      progressDetail?: { current?: number; total?: number };
    };
    if (!id || !status || status.startsWith('Pulling from')) return true;
    const before = this.#layers.get(id) ?? { status: '', doneBytes: 0, totalBytes: 0 };
    const downloading = status === 'Downloading' ? progressDetail : undefined;
    const totalBytes = downloading?.total ?? before.totalBytes;
    const doneBytes = DOWNLOADED.includes(status) ? totalBytes : (downloading?.current ?? before.doneBytes);
    this.#layers.set(id, { status, doneBytes, totalBytes });
    return status !== before.status || doneBytes !== before.doneBytes || status === 'Extracting';
  }

  progress(): PullProgress {
    const layers = [...this.#layers.values()];
    const extracted = layers.filter((layer) => EXTRACTED.includes(layer.status)).length;
    const downloading = layers.some((layer) => !DOWNLOADED.includes(layer.status));
    const doing = downloading ? 'downloading' : 'extracting';
    return {
      doneBytes: layers.reduce((sum, layer) => sum + layer.doneBytes, 0),
      totalBytes: layers.reduce((sum, layer) => sum + layer.totalBytes, 0),
      detail: layers.length === 0 ? 'asking the registry' : `${extracted} of ${layers.length} layers, ${doing}`,
    };
  }
}
