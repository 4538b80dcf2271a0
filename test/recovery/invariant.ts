import { createHash } from 'node:crypto';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import type { Engine } from '../../src/demo/private-engine/private-engine.ts';
import type { TestBelay } from '../support/belay.ts';
import { allContainers, filesInside, nameOf } from './engine-look.ts';
import { leftOver } from './left-over.ts';
import { againstRecord, type configurationOf, recordOf } from './record.ts';

/** The data of a version: what the test appliance calls its witness, the format that it is in, and what users wrote. */
export interface Witness {
  witness: string;
  format: string;
  /** Where it has a second mount, which must never be of another version than the first. */
  second?: string;
  notes?: string;
}

export interface Subject {
  belay: TestBelay;
  engine: Engine;
  /** The appliance's name and its container's. */
  appliance: string;
  container: string;
  /** What was set on the container when it was first run, where that is to be held against what runs. */
  configuration?: Awaited<ReturnType<typeof configurationOf>> | null;
  /** The directory that is mounted at /second. */
  second?: string;
  /** Where its port 8080 is published on this machine. */
  port?: number;
}

export async function readWitness({ engine, container, second }: Subject): Promise<Witness> {
  const files = ['/data/witness', '/data/format', ...(second ? ['/second/witness', '/data/notes'] : [])];
  const text = (await filesInside(engine, container, files)).join('').trimEnd();
  const [witness = '', format = '', other = '', ...notes] = text.split('\n');
  return { witness, format, ...(second ? { second: other, notes: notes.join('\n') } : {}) };
}

const digested = (witness: string) => createHash('sha256').update(`${witness}\n`).digest('hex').slice(0, 32);

/** What the next version makes of the data when it migrates them. */
export const migrated = ({ witness, second, notes }: Witness, format: string): Witness => ({
  witness: digested(witness),
  format,
  ...(second === undefined ? {} : { second: digested(second) }),
  ...(notes === undefined ? {} : { notes }),
});

export interface Outcome {
  version: string;
  data: Witness;
}

export interface Verdict {
  outcome: Outcome | null;
  /** One sentence for each way in which the promise is broken. */
  violations: string[];
}

const SENTENCE = /^[A-Z0-9"][^\n]{15,}[.!?…]$/;
const NOT_FOR_PEOPLE = /undefined|\[object|\bat .*\.(ts|js):\d|Error:/;

/**
 * The promise: exactly one release serves; its version, its image, its configuration and its data are one
 * of those that may be, never a mixture; the journal opens and knows it as one triple; the operation has
 * ended and says why in words; nothing is left over that is not listed.
 */
export async function judge(subject: Subject, operation: OperationView, allowed: Outcome[]): Promise<Verdict> {
  const violations: string[] = [];
  const look = async <T>(at: string, check: () => Promise<T>): Promise<T | null> =>
    check().catch((error: Error) => {
      violations.push(`${at}: ${error.message.trim().split('\n')[0]}`);
      return null;
    });
  const { belay, engine, container } = subject;
  const { state, reason } = operation;
  if (state === 'running') violations.push('the operation has not ended');
  if (state === 'needs-attention') violations.push(`the operation needs attention: ${reason}`);
  if (state !== 'succeeded' && (!SENTENCE.test(reason ?? '') || NOT_FOR_PEOPLE.test(reason ?? ''))) {
    violations.push(`the reason is no sentence for people: ${reason}`);
  }
  const system = await look('system', () => belay.system());
  if (system && system.state !== 'running') violations.push(`the system is ${system.state}`);

  await look('containers', async () => {
    const names = (await allContainers(engine)).map((each) => `${nameOf(each)} ${each.State}`);
    const running = names.filter((line) => line.startsWith(container) && line.endsWith(' running'));
    if (running.join() !== `${container} running`) violations.push(`what runs is ${running.join(', ') || 'nothing'}`);
  });
  const outcome =
    system && (await look('data', async () => ({ version: system.version, data: await readWitness(subject) })));
  if (outcome && !allowed.some((one) => JSON.stringify(one) === JSON.stringify(outcome))) {
    violations.push(`it is ${JSON.stringify(outcome)}, and may be ${JSON.stringify(allowed)}`);
  }
  if (system) violations.push(...((await look('record', () => againstRecord(subject, system))) ?? []));
  violations.push(...((await look('left over', async () => leftOver(subject, recordOf(subject)))) ?? []));
  return { outcome, violations };
}

/** As `judge`, for tests: throws what is broken. */
export async function expectInvariant(
  subject: Subject,
  operation: OperationView,
  allowed: Outcome[],
): Promise<Outcome> {
  const { outcome, violations } = await judge(subject, operation, allowed);
  if (violations.length > 0 || outcome === null)
    throw new Error(`The promise is broken:\n  ${violations.join('\n  ')}`);
  return outcome;
}
