import { describe, expect, it } from 'vitest';
import { consoleSettings } from '../../src/daemon/console-settings.ts';

const TLS = { BELAY_TLS_CERT: '/c.pem', BELAY_TLS_KEY: '/k.pem' };

describe('where the console listens', () => {
  it('is nowhere, unless somebody asks', () => {
    expect(consoleSettings({})).toBeNull();
    expect(consoleSettings({ BELAY_LISTEN: '', ...TLS })).toBeNull();
  });

  it.each([
    ['127.0.0.1:8443', '127.0.0.1', 8443],
    [' 127.0.0.2:1 ', '127.0.0.2', 1],
    ['localhost:8443', '127.0.0.1', 8443],
    [':8443', '127.0.0.1', 8443],
    ['[::1]:8443', '::1', 8443],
  ])('is %s', (listen, host, port) => {
    expect(consoleSettings({ BELAY_LISTEN: listen })).toEqual({ host, port, tls: null });
  });

  it.each([
    '8443',
    'example.org:8443',
    '127.0.0.1',
    '127.0.0.1:99999',
    '127.0.0.1:http',
    '::1:8443',
    '[x]:1',
    '1.2.3:80',
  ])('is not to be read from %s', (listen) => {
    expect(() => consoleSettings({ BELAY_LISTEN: listen })).toThrow(`no address with a port: ${listen}`);
  });

  it.each(['0.0.0.0:8443', '[::]:8443', '192.168.0.4:8443', '[fe80::1]:8443', '10.127.0.1:80'])(
    'is %s with TLS only',
    (listen) => {
      expect(() => consoleSettings({ BELAY_LISTEN: listen })).toThrow('TLS only');
      expect(consoleSettings({ BELAY_LISTEN: listen, ...TLS })?.tls).toEqual({ certPath: '/c.pem', keyPath: '/k.pem' });
    },
  );

  it('takes a certificate only with its key', () => {
    expect(() => consoleSettings({ BELAY_LISTEN: ':1', BELAY_TLS_CERT: '/c.pem' })).toThrow('go together');
    expect(() => consoleSettings({ BELAY_LISTEN: ':1', BELAY_TLS_KEY: '/k.pem' })).toThrow('go together');
  });
});
