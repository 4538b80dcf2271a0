import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

const HOST = /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9._-]{1,253}))(?::\d{1,5})?$/i;
const OWN_NAMES = ['localhost', '127.0.0.1', '::1'];

/** Whether `address` is of this machine alone. Names other than `localhost` may lead anywhere. */
export function isLoopback(address: string): boolean {
  return OWN_NAMES.includes(address) || (isIP(address) === 4 && address.startsWith('127.'));
}

/**
 * Whether a request's `Host` names this server: a page of somebody else's that has its own name lead here is refused.
 * The names are the machine's own and those that the certificate is for; any port, as it may have been forwarded.
 */
export function isOwnHost(header: string | null, address: string, certificate: X509Certificate | null): boolean {
  const [, ip, name] = HOST.exec(header ?? '') ?? [];
  const host = (ip ?? name)?.toLowerCase();
  if (host === undefined) return false;
  if (OWN_NAMES.includes(host) || (host === address && isLoopback(address))) return true;
  if (!certificate) return false;
  return (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined;
}
