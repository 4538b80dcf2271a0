import { BelayError } from '../domain/errors.ts';

const BODY_LIMIT_BYTES = 8 * 1024 * 1024;

/** The body as it came. `registry-failed` beyond 8 MiB. */
export async function wholeBody(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of response.body ?? []) {
    sizeBytes += chunk.length;
    if (sizeBytes > BODY_LIMIT_BYTES) throw tooLong();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The body as JSON, null where it is none. `registry-failed` beyond 8 MiB. */
export async function jsonBody(response: Response): Promise<unknown> {
  const body = await wholeBody(response);
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}

const tooLong = () =>
  new BelayError('registry-failed', 'The registry answered more than 8 MiB to one question.', {
    hint: 'Check that the address is a registry and nothing else.',
  });
