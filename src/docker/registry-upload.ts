import type { Descriptor } from '../domain/image-manifest.ts';
import type { ManifestFile } from '../domain/ports/image-library.ts';
import { registryFailed } from './registry-errors.ts';
import { mustAnswer, type RegistrySession, unanswered } from './registry-session.ts';
import { watchForStall } from './stall-watch.ts';

const ANSWER_TIMEOUT_MS = 60_000;
const STALL_TIMEOUT_MS = 120_000;

/** Whether the repository has this part already. */
export async function hasBlob(session: RegistrySession, digest: string, signal: AbortSignal): Promise<boolean> {
  const response = await asked(session, session.url(`blobs/${digest}`), { method: 'HEAD', signal });
  await response.body?.cancel();
  if (response.status === 404) return false;
  mustAnswer(response, session.repository);
  return true;
}

/** Sends a part; the registry itself holds it against its digest. */
export async function sendBlob(
  session: RegistrySession,
  part: Descriptor,
  content: AsyncIterable<Buffer>,
  signal: AbortSignal,
): Promise<void> {
  // Without a body: here it is found out whether this user may write at all.
  const begun = await asked(session, session.url('blobs/uploads/'), { method: 'POST', signal });
  mustAnswer(begun, session.repository);
  await begun.body?.cancel();
  const place = URL.parse(begun.headers.get('location') ?? '', session.url('blobs/uploads/'));
  if (!place || !session.isOwn(place)) throw registryFailed(session.repository, 'it does not say where to send it');
  place.searchParams.set('digest', part.digest);
  using watch = watchForStall(STALL_TIMEOUT_MS, () => new Error('nothing moved for a while'), signal);
  const body = async function* () {
    for await (const chunk of content) {
      watch.moved();
      yield chunk;
    }
  };
  try {
    const headers = { 'content-type': 'application/octet-stream', 'content-length': String(part.sizeBytes) };
    const request = { method: 'PUT' as const, headers, body: body(), signal: watch.signal };
    const sent = await session.ask(place, request);
    mustAnswer(sent, session.repository);
    await sent.body?.cancel();
  } catch (thrown) {
    throw unanswered(thrown, session.repository, { signal, late: null });
  }
}

/** Puts a manifest there, whose parts must be there already, under its digest or under a tag. */
export async function sendManifest(
  session: RegistrySession,
  manifest: ManifestFile,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const headers = { 'content-type': manifest.mediaType };
  const url = session.url(`manifests/${name}`);
  const response = await asked(session, url, { method: 'PUT', headers, body: manifest.text, signal });
  mustAnswer(response, session.repository);
  await response.body?.cancel();
  const digest = response.headers.get('docker-content-digest');
  if (digest !== null && digest !== manifest.digest) {
    throw registryFailed(session.repository, 'it has made something else of the image');
  }
}

async function asked(
  session: RegistrySession,
  url: URL,
  request: Parameters<RegistrySession['ask']>[1],
): Promise<Response> {
  const deadline = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  try {
    return await session.ask(url, { ...request, signal: AbortSignal.any([request.signal, deadline]) });
  } catch (thrown) {
    const late = deadline.aborted ? `no answer within ${ANSWER_TIMEOUT_MS / 1000} s` : null;
    throw unanswered(thrown, session.repository, { signal: request.signal, late });
  }
}
