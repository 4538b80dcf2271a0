#!/usr/bin/env node
/**
 * "acme", a small notes server of four versions, to practise on. ACME_VERSION says which one it is. Its data is
 * a log of records and an index; newer versions migrate it and cannot go back. It needs nothing but Node, and
 * runs in the lab as well as in a container of a real engine.
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

interface Behaviour {
  /** The data format that this version writes. */
  format: number;
  /** It dies so long after it began to serve. */
  crashAfterMs?: number;
}

const VERSIONS: Record<string, Behaviour> = {
  '1.0': { format: 1 },
  '2.0': { format: 2 },
  '2.1': { format: 2, crashAfterMs: 800 },
  '3.0': { format: 3 },
};

/** Format 1 has `text`; from 2 on it is `body` and has a revision; from 3 on it has a size. */
interface LogRecord {
  kind: 'note' | 'heartbeat';
  id: number;
  at: string;
  text?: string;
  body?: { content: string; revision: number };
  sizeBytes?: number;
}

const environment = process.env;
const version = environment['ACME_VERSION'] ?? '1.0';
const port = Number(environment['ACME_PORT'] ?? 8080);
const host = environment['BELAY_LAB_ADDRESS'] ?? '0.0.0.0';
const listenPort = (JSON.parse(environment['BELAY_LAB_PORTS'] ?? '{}') as Record<string, number>)[port] ?? port;
const mounts = JSON.parse(environment['BELAY_LAB_MOUNTS'] ?? '{}') as Record<string, string>;
const dataDir = mounts['/var/lib/acme'] ?? '/var/lib/acme';
const logPath = join(dataDir, 'records.log');
const indexPath = join(dataDir, 'index.json');

const say = (text: string): void => console.log(`${new Date().toISOString()} acme ${version}: ${text}`);

function fail(text: string, exitCode: number): never {
  console.error(`${new Date().toISOString()} acme ${version}: FATAL: ${text}`);
  process.exit(exitCode);
}

/** Whole and on disk, or as it was. */
function replaceFile(path: string, content: string): void {
  const file = openSync(`${path}.new`, 'w');
  writeSync(file, content);
  fsyncSync(file);
  closeSync(file);
  renameSync(`${path}.new`, path);
}

function readRecords(): LogRecord[] {
  if (!existsSync(logPath)) return [];
  const lines = readFileSync(logPath, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as LogRecord);
}

const writeIndex = (format: number, records: LogRecord[]): void =>
  replaceFile(indexPath, `${JSON.stringify({ format, records: records.length, lastId: records.at(-1)?.id ?? 0 })}\n`);

const UPGRADES: Record<number, (record: LogRecord) => LogRecord> = {
  2: ({ text, ...record }) => (text === undefined ? record : { ...record, body: { content: text, revision: 1 } }),
  3: (record) => ({ ...record, sizeBytes: Buffer.byteLength(record.body?.content ?? '') }),
};

/** One format at a time. It tells how far it is, and takes long enough to be seen. */
async function migrate(from: number, to: number): Promise<void> {
  const stepMs = Number(environment['ACME_MIGRATION_MS'] ?? 1200) / 4;
  for (let format = from + 1; format <= to; format++) {
    const records = readRecords();
    say(`migrating ${records.length} records from format ${format - 1} to ${format}; there is no way back`);
    for (const percent of [25, 50, 75, 100]) {
      await sleep(stepMs);
      say(`migration to format ${format}: ${percent} %`);
    }
    const upgraded = records.map((record) => UPGRADES[format]?.(record) ?? record);
    replaceFile(logPath, upgraded.map((record) => `${JSON.stringify(record)}\n`).join(''));
    writeIndex(format, upgraded);
  }
}

/** Brings the data to the version's own format, or refuses data of a newer one. */
async function openData(format: number): Promise<void> {
  mkdirSync(dataDir, { recursive: true });
  if (!existsSync(indexPath)) {
    say(`new data in ${dataDir}, format ${format}`);
    return writeIndex(format, []);
  }
  const found = (JSON.parse(readFileSync(indexPath, 'utf8')) as { format: number }).format;
  if (found > format) {
    fail(`the data is in format ${found}, and version ${version} knows formats up to ${format}: refusing to start`, 65);
  }
  await migrate(found, format);
}

function append(format: number, kind: LogRecord['kind'], text: string): LogRecord {
  const records = readRecords();
  let record: LogRecord = { kind, id: (records.at(-1)?.id ?? 0) + 1, at: new Date().toISOString(), text };
  for (let target = 2; target <= format; target++) record = UPGRADES[target]?.(record) ?? record;
  const file = openSync(logPath, 'a');
  writeSync(file, `${JSON.stringify(record)}\n`);
  fsyncSync(file);
  closeSync(file);
  writeIndex(format, [...records, record]);
  return record;
}

function toNote({ id, at, text, body }: LogRecord) {
  return { id, at, text: body?.content ?? text ?? '' };
}

async function readText(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += chunk;
  if (!request.headers['content-type']?.startsWith('application/json')) return body.trim();
  return String((JSON.parse(body) as { text?: unknown }).text ?? '');
}

async function answer(format: number, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const send = (status: number, value: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(`${JSON.stringify(value)}\n`);
  };
  const call = `${request.method} ${(request.url ?? '/').split('?')[0]}`;
  if (call === 'GET /health') return send(200, { status: 'ok', version, format });
  if (call === 'GET /version') return send(200, { version, format });
  if (call === 'GET /notes')
    return send(
      200,
      readRecords()
        .filter(({ kind }) => kind === 'note')
        .map(toNote),
    );
  if (call !== 'POST /notes') return send(404, { error: 'not found' });
  const text = await readText(request).catch(() => '');
  if (text === '') return send(400, { error: 'a note needs a text' });
  send(201, toNote(append(format, 'note', text)));
}

async function serve({ format, crashAfterMs }: Behaviour): Promise<void> {
  process.once('SIGTERM', () => {
    say('stopping');
    process.exit(0);
  });
  await openData(format);
  const server = createServer((request, response) => {
    answer(format, request, response).catch((error: Error) => response.destroy(error));
  });
  server.once('error', (error) => fail(error.message, 74));
  server.listen(listenPort, host, () => say(`serving on port ${port}, data format ${format}`));
  setInterval(() => append(format, 'heartbeat', 'alive'), Number(environment['ACME_HEARTBEAT_MS'] ?? 5000));
  if (crashAfterMs === undefined) return;
  setTimeout(() => fail('index page 7 is not where the cache says: out of bounds', 70), crashAfterMs);
}

/** Exit code 0 where the server of this container answers that it is well. */
function checkHealth(): void {
  const report = (reason: string): void => {
    console.log(reason);
    process.exitCode = 1;
  };
  const target = { host: host === '0.0.0.0' ? '127.0.0.1' : host, port: listenPort, path: '/health', timeout: 2000 };
  const outgoing = get(target, (response) => {
    response.resume();
    if (response.statusCode !== 200) report(`status ${response.statusCode}`);
  });
  outgoing.on('timeout', () => outgoing.destroy(new Error('no answer within 2 s')));
  outgoing.on('error', (error) => report(error.message));
}

const behaviour = VERSIONS[version] ?? fail(`there is no version ${version}`, 64);
if (process.argv.includes('--version')) console.log(version);
else if (process.argv.includes('--health')) checkHealth();
else await serve(behaviour);
