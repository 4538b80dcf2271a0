import { describe, expect, it } from 'vitest';
import { readLogin } from '../../src/shell/login.ts';

const forced = (line: string) => ({ SSH_ORIGINAL_COMMAND: line });

describe('what a login asks for', () => {
  it('is the session where nothing was said', () => {
    expect(readLogin([], {})).toEqual({ argv: [] });
    expect(readLogin(['-l'], {})).toEqual({ argv: [] });
    expect(readLogin([], forced('  '))).toEqual({ argv: [] });
  });

  it('is the line behind -c, as it stands', () => {
    expect(readLogin(['-c', 'show releases | json'], {})).toEqual({ argv: ['-c', 'show releases | json'] });
    expect(readLogin(['-c', 'show system; $(reboot)'], {})).toEqual({ argv: ['-c', 'show system; $(reboot)'] });
  });

  it('is what sshd was asked for, where it forces this command', () => {
    expect(readLogin([], forced('show log'))).toEqual({ argv: ['-c', 'show log'] });
    expect(readLogin(['--appliance', 'acme'], forced('show log'))).toEqual({
      argv: ['--appliance', 'acme', '-c', 'show log'],
    });
  });

  it('is the same where the login shell that is given the forced command is this program', () => {
    const shell = ['-c', '/opt/belay/bin/belay-login'];
    expect(readLogin(shell, {})).toEqual({ argv: [] });
    expect(readLogin(shell, forced('show log'))).toEqual({ argv: ['-c', 'show log'] });
    expect(readLogin(['-c', '/opt/belay/bin/belay-login --appliance acme'], forced('show log'))).toEqual({
      argv: ['--appliance', 'acme', '-c', 'show log'],
    });
    expect(readLogin(shell, forced('/usr/lib/openssh/sftp-server'))).toHaveProperty('refusal');
    expect(readLogin(['-c', 'belay-login daemon'], {})).toHaveProperty('refusal');
  });

  it.each([
    'scp -t /tmp',
    'internal-sftp',
    '/usr/lib/openssh/sftp-server',
    'rsync --server .',
    '/bin/sh',
    '"scp" -f x',
  ])('is never another program: %s', (line) => {
    expect(readLogin([], forced(line))).toHaveProperty('refusal');
    expect(readLogin(['-c', line], {})).toHaveProperty('refusal');
  });

  it('knows what speaks SFTP', () => {
    expect(readLogin([], forced('internal-sftp'))).toMatchObject({ isSftp: true });
    expect(readLogin([], forced('/usr/lib/openssh/sftp-server -l INFO'))).toMatchObject({ isSftp: true });
    expect(readLogin([], forced('scp -t /tmp'))).toMatchObject({ isSftp: false });
  });

  it('says which, in characters that can be seen', () => {
    const login = readLogin([], forced('/bin/\x1b[2Jev\x07il'));
    const [sentence] = 'refusal' in login ? login.refusal : [];
    expect(sentence).toBe("% This login takes Belay's commands only, and evil is none of them.");
  });
});
