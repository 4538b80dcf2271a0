import { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { BelayError } from '../../domain/errors.ts';
import { API_LEVEL, API_LEVEL_HEADER } from '../contract/api-level.ts';
import { failureOf } from './failures.ts';

const MAX_BODY_BYTES = 1024 * 1024;

export interface AppOptions {
  onError: (error: BelayError, request: { method: string; path: string }) => void;
}

/** An application without routes: how requests are limited, and how errors are answered. */
export function baseApp(options: AppOptions): OpenAPIHono {
  const app = new OpenAPIHono({
    defaultHook: (result) => {
      if (result.success) return;
      const [issue] = result.error.issues;
      const where = issue?.path.join('.') || 'the request';
      throw new BelayError('invalid-input', `${where}: ${issue?.message ?? 'is not valid'}.`);
    },
  });
  app.use(async (context, next) => {
    await next();
    context.header(API_LEVEL_HEADER, String(API_LEVEL));
  });
  app.use(bodyLimit({ maxSize: MAX_BODY_BYTES }));
  app.onError((thrown, context) => {
    const { status, view, error } = failureOf(malformed(thrown));
    options.onError(error, { method: context.req.method, path: context.req.path });
    return context.json(view, status);
  });
  app.notFound((context) => {
    const { status, view } = failureOf(
      new BelayError('not-found', `There is no ${context.req.method} ${context.req.path}.`, {
        hint: 'See /api/openapi.json',
      }),
    );
    return context.json(view, status);
  });
  return app;
}

// Hono answers a body that is not JSON, or is too large, with an exception of its own.
function malformed(thrown: unknown): unknown {
  if (thrown instanceof BelayError || !(thrown instanceof Error) || !('status' in thrown)) return thrown;
  return new BelayError('invalid-input', `The request cannot be read: ${thrown.message || 'it is malformed'}.`, {
    hint: 'Send at most 1 MiB of JSON, with Content-Type: application/json.',
  });
}
