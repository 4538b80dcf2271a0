import type { ConsoleView } from '../../api/contract/console.ts';
import type { Paint } from '../paint.ts';
import { wrap } from '../width.ts';
import { fields } from './fields.ts';
import { nextLines } from './next.ts';

interface Screen {
  width: number;
  paint: Paint;
}

const DEFAULT_PORT = 8443;

/** Where the page is, or how it is turned on. */
export function consoleLines({ state, url, isEncrypted, tokenFile, trouble }: ConsoleView, screen: Screen): string[] {
  const { width, paint } = screen;
  if (state === 'off') {
    return [
      ...wrap('The console is off: nothing listens on TCP.', width),
      ...nextLines([{ purpose: 'To turn it on', line: `BELAY_LISTEN=127.0.0.1:${DEFAULT_PORT} belay daemon` }], screen),
      ...wrap('The daemon that runs now has to be stopped first; its process is in: show system', width),
    ];
  }
  const stateText = state === 'listening' ? 'listening' : 'not listening';
  return [
    ...fields(
      [
        { name: 'State', value: stateText, colour: state === 'listening' ? paint.good : paint.bad },
        { name: 'Page', value: url },
        {
          name: 'Encrypted',
          value: url && (isEncrypted ? 'yes (TLS)' : 'no: it can be reached from this machine only'),
        },
        { name: 'Token', value: tokenFile && `in ${tokenFile}, for its owner alone` },
        { name: 'Why', value: trouble?.message ?? null, colour: paint.bad },
      ],
      width,
      paint,
    ),
    ...(trouble?.hint ? wrap(trouble.hint, width) : []),
    ...(state === 'listening' && !isEncrypted ? forwardLines(url, screen) : []),
  ];
}

/** How it is reached from elsewhere without a certificate. */
function forwardLines(url: string | null, screen: Screen): string[] {
  const { host = '', port = '' } = url ? new URL(url) : {};
  return nextLines([{ purpose: 'From elsewhere', line: `ssh -L ${port}:${host} HOST` }], screen);
}
