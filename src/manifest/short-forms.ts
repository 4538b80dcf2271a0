import { kind } from './fields.ts';

/** One published or exposed port of a service. */
export interface PortEntry {
  target: number;
  protocol: string;
  /** '' where the engine chooses; null where it is exposed only. */
  published: string | null;
  hostIp: string;
}

const MAX_RANGE = 1_000;

/** `8080:80`, `127.0.0.1:8080:80/udp`, `[::1]:80:80`, `3000-3005:3000-3005`, `80`. */
export function readPort(text: string): PortEntry[] | null {
  const [, address, publishedText, targetText, protocol = 'tcp'] =
    /^(?:(?:(\[[0-9A-Fa-f:.]+\]|\d{1,3}(?:\.\d{1,3}){3}):)?([\d-]*):)?([\d-]+)(?:\/(tcp|udp|sctp))?$/.exec(text) ?? [];
  const targets = targetText === undefined ? null : range(targetText);
  if (!targets) return null;
  const hostIp = (address ?? '').replace(/^\[|\]$/g, '');
  if (publishedText === undefined || publishedText === '') {
    return targets.map((target) => ({ target, protocol, published: '', hostIp }));
  }
  const published = range(publishedText);
  if (!published) return null;
  // A range for one port is the engine's to choose from.
  if (targets.length === 1) return [{ target: targets[0] as number, protocol, published: publishedText, hostIp }];
  if (published.length !== targets.length) return null;
  return targets.map((target, index) => ({ target, protocol, published: String(published[index]), hostIp }));
}

function range(text: string): number[] | null {
  const [, low, high = low] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  const [first, last] = [Number(low), Number(high)];
  const sound = first >= 1 && last <= 65_535 && first <= last && last - first < MAX_RANGE;
  return sound ? Array.from({ length: last - first + 1 }, (_, index) => first + index) : null;
}

export const shortPort = kind(
  { type: ['string', 'integer'] },
  'a port; write it like 8080:80 or 127.0.0.1:8080:80',
  readPort,
);

/** A port, or a range of them, that is exposed to other services only. */
export const exposedPort = kind({ type: ['string', 'integer'] }, 'a port; write it like 8080 or 53/udp', (text) =>
  text.includes(':') ? null : readPort(text),
);

/** The host's side of a published port; '' leaves the choice to the engine. */
export const publishedPort = kind({ type: ['string', 'integer'] }, 'a port of the host', (text) =>
  text === '' || text === '0' ? '' : range(text) ? text : null,
);

export interface VolumeText {
  source: string | null;
  target: string;
  options: string[];
}

const OPTIONS = /^(?:rw|ro|z|Z|nocopy|cached|delegated|consistent|r?private|r?shared|r?slave)$/;

/** `data:/var/lib/acme`, `./conf:/etc/acme:ro`, `/var/lib/acme` alone. */
export function readVolume(text: string): VolumeText | null {
  const [first = '', second, third, ...rest] = text.split(':');
  if (rest.length > 0) return null;
  if (second === undefined) return first.startsWith('/') ? { source: null, target: first, options: [] } : null;
  const options = third === undefined ? [] : third.split(',');
  if (first === '' || !second.startsWith('/') || !options.every((option) => OPTIONS.test(option))) return null;
  return { source: first, target: second, options };
}

export const shortVolume = kind(
  { type: 'string' },
  'a volume; write it like data:/var/lib/acme or /srv/acme:/etc/acme:ro',
  readVolume,
);

/** A source that is a path on the host, not the name of a volume. */
export const isHostPath = (source: string): boolean => /^(?:\/|\.\.?(?:\/|$)|~)/.test(source);
