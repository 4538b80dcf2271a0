import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { type BelayError, type ErrorCode, toBelayError } from '../../domain/errors.ts';
import type { ErrorView } from '../contract/error-view.ts';

const STATUS: Record<ErrorCode, ContentfulStatusCode> = {
  'invalid-input': 400,
  'not-found': 404,
  ambiguous: 409,
  busy: 409,
  refused: 422,
  'no-space': 422,
  'data-missing': 422,
  'gate-failed': 422,
  'hook-failed': 422,
  'engine-unreachable': 502,
  'engine-failed': 502,
  'container-stuck': 502,
  'registry-unreachable': 502,
  'registry-failed': 502,
  'journal-unusable': 503,
  interrupted: 503,
  'no-daemon': 503,
  internal: 500,
};

/** The HTTP answer for whatever was thrown. */
export function failureOf(thrown: unknown): { status: ContentfulStatusCode; view: ErrorView; error: BelayError } {
  const error = toBelayError(thrown);
  const { code, message, hint, details } = error;
  return { status: STATUS[code], view: { error: { code, message, hint, details } }, error };
}
