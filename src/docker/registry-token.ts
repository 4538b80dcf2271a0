import { jsonBody } from './json-body.ts';
import type { Credentials } from './registry-auth.ts';

/**
 * A token for reading a repository, or for writing to it as well, from the server that the registry's challenge names; null where that
 * gives none. Credentials go to it only encrypted, or where the registry itself is on this machine.
 */
export async function bearerToken(
  challenge: string,
  origin: URL,
  request: { path: string; actions: 'pull' | 'pull,push'; credentials: Credentials | null; signal: AbortSignal },
): Promise<string | null> {
  const url = URL.parse(parameter(challenge, 'realm') ?? '', origin);
  if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && origin.protocol === 'http:'))) return null;
  const service = parameter(challenge, 'service');
  if (service) url.searchParams.set('service', service);
  url.searchParams.set('scope', `repository:${request.path}:${request.actions}`);
  const { credentials, signal } = request;
  const basic = credentials && Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64');
  const response = await fetch(url, { signal, headers: basic ? { authorization: `Basic ${basic}` } : {} });
  const body = (response.ok ? await jsonBody(response) : null) as { token?: unknown; access_token?: unknown } | null;
  const token = body?.token ?? body?.access_token;
  return typeof token === 'string' ? token : null;
}

const parameter = (challenge: string, name: string) => new RegExp(`${name}="([^"]*)"`, 'i').exec(challenge)?.[1];
