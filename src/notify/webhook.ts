import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Notice } from '../domain/notice.ts';
import type { Webhook } from '../domain/notify-rules.ts';
import type { Clock } from '../domain/ports/clock.ts';
import type { SendFailure } from './sender.ts';

const TIMEOUT_MS = 10_000;
const GONE = 410;
const PREFIX = 'whsec_';
const LONGEST_SECRET = 4_096;

export interface WebhookOptions {
  clock: Pick<Clock, 'now'>;
  /** What it calls itself. */
  userAgent: string;
  /** How long an answer may take. Default 10 s. */
  timeoutMs?: number;
}

/**
 * Posts a notice, signed as the Standard Webhooks specification says (version 1.0, symmetric): `webhook-id`,
 * `webhook-timestamp` and `webhook-signature` over the three of them. Answered with 2xx it has arrived; with 410
 * nobody wants any more.
 */
export async function postNotice(
  webhook: Webhook,
  notice: Notice,
  { clock, userAgent, timeoutMs = TIMEOUT_MS }: WebhookOptions,
  signal: AbortSignal,
): Promise<SendFailure> {
  const timestamp = String(Math.floor(clock.now().getTime() / 1_000));
  const body = JSON.stringify(bodyOf(notice));
  const headers = {
    'content-type': 'application/json',
    'user-agent': userAgent,
    'webhook-id': notice.id,
    'webhook-timestamp': timestamp,
  };
  const late = AbortSignal.timeout(timeoutMs);
  try {
    const key = webhook.secretFile === null ? null : await keyIn(webhook.secretFile);
    const signed: Record<string, string> =
      key === null ? {} : { 'webhook-signature': signatureOf(key, `${notice.id}.${timestamp}.${body}`) };
    const response = await fetch(webhook.url, {
      method: 'POST',
      headers: { ...headers, ...signed },
      body,
      // Somewhere else nobody has been allowed to hear of this.
      redirect: 'manual',
      signal: AbortSignal.any([signal, late]),
    });
    await response.body?.cancel();
    if (response.ok) return null;
    return { error: `it answers ${response.status}`, isFinal: response.status === GONE };
  } catch (thrown) {
    signal.throwIfAborted();
    if (late.aborted) return { error: `it does not answer within ${timeoutMs / 1_000} s`, isFinal: false };
    return { error: reasonOf(thrown as Error), isFinal: false };
  }
}

/** `text` is what chat servers show; the rest is for programs. */
const bodyOf = ({ event, at, text, appliance, operation }: Notice) => ({
  type: operation ? `operation.${event}` : event,
  timestamp: at,
  text,
  data: { appliance, operation },
});

const signatureOf = (key: Buffer, content: string): string =>
  `v1,${createHmac('sha256', key).update(content).digest('base64')}`;

async function keyIn(file: string): Promise<Buffer> {
  const text = await readFile(file, 'utf8').catch((thrown: NodeJS.ErrnoException) => {
    throw new Error(`its secret cannot be read: ${thrown.code ?? thrown.message} (${file})`);
  });
  const secret = text.trim();
  if (secret === '' || secret.length > LONGEST_SECRET) throw new Error(`there is no secret in ${file}`);
  return secret.startsWith(PREFIX) ? Buffer.from(secret.slice(PREFIX.length), 'base64') : Buffer.from(secret);
}

/** Without the URL, which may be a secret itself. */
function reasonOf(thrown: Error & { cause?: unknown }): string {
  const cause = thrown.cause as (Error & { code?: string }) | undefined;
  if (!cause) return thrown.message;
  return `it cannot be reached (${cause.code ?? cause.message})`;
}
