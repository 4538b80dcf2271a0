import { beforeEach, describe, expect, test } from 'vitest';
import { BelayError } from '../../src/domain/errors.ts';
import type { ContainerHost, Instance } from '../../src/domain/ports/container-host.ts';
import type { InstanceRecord, Journal } from '../../src/domain/ports/journal.ts';
import { startAgain } from '../../src/sequences/start-again.ts';
import { aRelease, aService } from '../support/specimens.ts';

const STUCK_ID = '2ef431059afb6ad84582e6a45b0b699c';
const service = aService();
const release = aRelease({ services: [service] });
const keptAs = `acme-${release.id}-stuck-2ef431059afb`;

let asked: string[];
let records: InstanceRecord[];
let refusal: BelayError | null;

const host = {
  startInstance: async (id: string) => {
    asked.push(`start ${id.slice(0, 12)}`);
    if (id === STUCK_ID && refusal) throw refusal;
  },
  inspectImage: async () => ({}),
  createInstance: async (_: unknown, { name, labels }: { name: string; labels: Record<string, string> }) => {
    asked.push(`create ${name}`);
    expect(labels).toMatchObject({ 'io.belay.release': release.id, 'io.belay.operation': 'O' });
    return 'anew';
  },
  renameInstance: async (id: string, name: string) => void asked.push(`rename ${id.slice(0, 12)} ${name}`),
  setRestartPolicy: async (id: string, { name }: { name: string }) =>
    void asked.push(`policy ${id.slice(0, 12)} ${name}`),
} as unknown as ContainerHost;
const journal = {
  orphan: () => null,
  recordInstance: (record: InstanceRecord) => {
    asked.push('record');
    records.push(record);
  },
} as unknown as Journal;

const startable = {
  release,
  service,
  instance: { id: STUCK_ID, name: 'acme' } as Instance,
  restartPolicy: { name: 'always', maximumRetryCount: 0 },
  labels: { 'io.belay.operation': 'O' },
};

beforeEach(() => {
  asked = [];
  records = [];
  refusal = null;
});

describe('starting a container again', () => {
  test('is one call where the engine does it', async () => {
    expect(await startAgain({ journal, host }, startable)).toBeNull();
    expect(asked).toEqual(['start 2ef431059afb']);
  });

  test('makes another one where the engine never will, and keeps the first, turned off, under another name', async () => {
    refusal = new BelayError('container-stuck', 'stuck');
    expect(await startAgain({ journal, host }, startable)).toBe(keptAs);
    expect(records).toEqual([{ release: release.id, service: 'server', containerId: 'anew' }]);
    expect(asked).toEqual([
      'start 2ef431059afb',
      `create acme-${release.id}-again`,
      'policy 2ef431059afb no',
      `rename 2ef431059afb ${keptAs}`,
      'record',
      'rename anew acme',
      'policy anew always',
      'start anew',
    ]);
  });

  test('leaves every other failure to the caller', async () => {
    refusal = new BelayError('engine-failed', 'port taken');
    await expect(startAgain({ journal, host }, startable)).rejects.toBe(refusal);
    expect(asked).toEqual(['start 2ef431059afb']);
  });
});
