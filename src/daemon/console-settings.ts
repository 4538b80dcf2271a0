import { isIP } from 'node:net';
import { isLoopback } from '../api/server/console/host-names.ts';
import { BelayError } from '../domain/errors.ts';

/** Where the console is to listen, as the environment says. */
export interface ConsoleSettings {
  /** An IP address. */
  host: string;
  /** 0 for any that is free. */
  port: number;
  tls: { certPath: string; keyPath: string } | null;
}

const EXAMPLE = 'For example: BELAY_LISTEN=127.0.0.1:8443';
const LISTEN = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]*)):(\d{1,5})$/i;

/** Null where nothing is to listen, which is so unless `BELAY_LISTEN` says otherwise. `invalid-input`, `refused`. */
export function consoleSettings(env: NodeJS.ProcessEnv): ConsoleSettings | null {
  const listen = env['BELAY_LISTEN']?.trim();
  if (!listen) return null;
  const [, ip, name, digits] = LISTEN.exec(listen) ?? [];
  const port = Number(digits);
  const named = ip ?? (name || '127.0.0.1');
  const host = named === 'localhost' ? '127.0.0.1' : named;
  if (digits === undefined || port > 65_535 || isIP(host) === 0) {
    throw new BelayError('invalid-input', `BELAY_LISTEN is no address with a port: ${listen}.`, { hint: EXAMPLE });
  }
  const certPath = env['BELAY_TLS_CERT'];
  const keyPath = env['BELAY_TLS_KEY'];
  if ((certPath || keyPath) && !(certPath && keyPath)) {
    throw new BelayError('invalid-input', 'A certificate and its key go together.', {
      hint: 'Set both BELAY_TLS_CERT and BELAY_TLS_KEY, or neither.',
    });
  }
  const tls = certPath && keyPath ? { certPath, keyPath } : null;
  if (!tls && !isLoopback(host)) {
    throw new BelayError('refused', `Others could read along on ${host}: there it listens with TLS only.`, {
      hint: `Set BELAY_TLS_CERT and BELAY_TLS_KEY, or listen on this machine alone. ${EXAMPLE}`,
    });
  }
  return { host, port, tls };
}
