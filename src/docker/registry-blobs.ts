import { createHash } from 'node:crypto';
import { BelayError } from '../domain/errors.ts';
import { type Descriptor, isDigest, MANIFEST_TYPES } from '../domain/image-manifest.ts';
import type { ManifestFile } from '../domain/ports/image-library.ts';
import { wholeBody } from './json-body.ts';
import { noSuchImage, registryFailed, registryName } from './registry-errors.ts';
import { mustAnswer, type RegistrySession, unanswered } from './registry-session.ts';
import { watchForStall } from './stall-watch.ts';

const ANSWER_TIMEOUT_MS = 30_000;
const STALL_TIMEOUT_MS = 60_000;
/** How often in a row nothing at all may come before a download is given up. */
const MOST_FAILURES = 3;
const PAUSE_MS = 500;

/** A manifest by digest or tag, checked against its digest. `not-found` where the repository has none. */
export async function readManifestFile(
  session: RegistrySession,
  reference: string,
  signal: AbortSignal,
): Promise<ManifestFile> {
  const { repository } = session;
  const deadline = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  try {
    const response = await session.ask(session.url(`manifests/${reference}`), {
      headers: { accept: MANIFEST_TYPES.join(', ') },
      signal: AbortSignal.any([signal, deadline]),
    });
    const name = `${repository}${isDigest(reference) ? '@' : ':'}${reference}`;
    const body = await wholeBody(mustAnswer(response, repository, noSuchImage(name, repository)));
    const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
    if (isDigest(reference) && digest !== reference) throw notWhatItSays(repository, reference);
    const text = body.toString('utf8');
    return { mediaType: typeOf(response, text), digest, sizeBytes: body.length, text };
  } catch (thrown) {
    const late = deadline.aborted ? `no answer within ${ANSWER_TIMEOUT_MS / 1000} s` : null;
    throw unanswered(thrown, repository, { signal, late });
  }
}

function typeOf(response: Response, text: string): string {
  const header = (response.headers.get('content-type') ?? '').replace(/;.*$/s, '').trim();
  if (MANIFEST_TYPES.includes(header)) return header;
  const [said] = /(?<="mediaType"\s*:\s*")[^"]+(?=")/.exec(text) ?? [];
  return said && MANIFEST_TYPES.includes(said) ? said : 'application/vnd.oci.image.manifest.v1+json';
}

const notWhatItSays = (repository: string, digest: string): BelayError =>
  registryFailed(repository, `what it sent is not ${digest.slice(0, 19)}…`);

/** A part from an offset on, to its end, and no more than it is said to have. */
export async function* readBlob(
  session: RegistrySession,
  part: Descriptor,
  offsetBytes: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  let at = offsetBytes;
  for (let failures = 0; at < part.sizeBytes; ) {
    const before = at;
    try {
      for await (const chunk of blobOnce(session, part, at, signal)) {
        at += chunk.length;
        if (at > part.sizeBytes) throw notWhatItSays(session.repository, part.digest);
        yield chunk;
      }
      if (at < part.sizeBytes) throw new Error('it broke off');
    } catch (thrown) {
      failures = at > before ? 1 : failures + 1;
      const isFinal = signal.aborted || thrown instanceof BelayError || failures >= MOST_FAILURES;
      if (isFinal) throw unanswered(thrown, session.repository, { signal, late: null });
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

async function* blobOnce(
  session: RegistrySession,
  { digest }: Descriptor,
  offsetBytes: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  using watch = watchForStall(STALL_TIMEOUT_MS, () => new Error('nothing came for a while'), signal);
  const response = await session.ask(session.url(`blobs/${digest}`), {
    headers: {
      // Unpacked on the way it would be other bytes than those of its digest.
      'accept-encoding': 'identity',
      ...(offsetBytes > 0 ? { range: `bytes=${offsetBytes}-` } : {}),
    },
    signal: watch.signal,
  });
  const missing = new BelayError(
    'not-found',
    `${registryName(session.repository)} has lost a part of ${session.repository} (${digest.slice(0, 19)}…).`,
  );
  mustAnswer(response, session.repository, missing);
  // A registry that knows no ranges sends it from its beginning.
  let skipped = response.status === 206 ? offsetBytes : 0;
  for await (const piece of response.body ?? []) {
    watch.moved();
    const skip = Math.min(piece.length, offsetBytes - skipped);
    skipped += skip;
    if (skip < piece.length) yield Buffer.from(piece.buffer, piece.byteOffset + skip, piece.length - skip);
    watch.moved();
  }
}
