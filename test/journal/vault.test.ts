import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyFileOf, Vault } from '../../src/journal/vault.ts';

let directory: string;
let path: string;
let vault: Vault;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'belay-vault-'));
  path = keyFileOf(join(directory, 'journal.db'));
  vault = new Vault(path);
});
afterEach(() => rmSync(directory, { recursive: true }));

const place = { appliance: 'acme', service: 'server', name: 'DB_PASSWORD' };
const setMode = (mode: number) => chmodSync(path, mode);

describe('a value', () => {
  it.each(['hunter2', '', 'ü\n\0"', 'x'.repeat(100_000)])('comes back as it was: %j', (value) => {
    const sealed = vault.seal(value, place);
    expect(sealed).toMatch(/^enc:v1:[0-9a-f]{8}:[\w-]+$/);
    expect(Vault.isSealed(sealed)).toBe(true);
    expect(new Vault(path).open(sealed, place)).toBe(value);
  });

  it('is sealed in another way each time', () => {
    expect(vault.seal('hunter2', place)).not.toBe(vault.seal('hunter2', place));
  });

  it.each(Object.keys(place))('is opened for nobody with another %s', (part) => {
    const sealed = vault.seal('hunter2', place);
    expect(vault.open(sealed, { ...place, [part]: 'other' })).toBeNull();
  });

  it('that somebody has changed is not opened', () => {
    const sealed = vault.seal('hunter2', place);
    for (let at = 'enc:v1:'.length; at < sealed.length; at++) {
      const other = sealed[at] === 'A' ? 'B' : 'A';
      expect(vault.open(sealed.slice(0, at) + other + sealed.slice(at + 1), place)).not.toBe('hunter2x');
      expect(vault.open(sealed.slice(0, at), place)).toBeNull();
    }
    expect(vault.open('hunter2', place)).toBeNull();
    expect(vault.open('enc:v1:00000000:AAAA', place)).toBeNull();
  });
});

describe('the key', () => {
  it('is made once, for its owner alone', () => {
    vault.seal('hunter2', place);
    const text = readFileSync(path, 'utf8');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    new Vault(path).seal('hunter2', place);
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(text).toContain('keep a copy');
  });

  it('that is gone opens nothing, and is found again when it is put back', () => {
    const sealed = vault.seal('hunter2', place);
    renameSync(path, `${path}.away`);
    expect(vault.open(sealed, place)).toBeNull();
    renameSync(`${path}.away`, path);
    expect(vault.open(sealed, place)).toBe('hunter2');
  });

  it('of another journal opens nothing; with both lines in the file each opens its own', () => {
    const before = vault.seal('before', place);
    const first = readFileSync(path, 'utf8');
    rmSync(path);
    const after = vault.seal('after', place);
    expect([vault.open(before, place), vault.open(after, place)]).toEqual([null, 'after']);
    writeFileSync(path, first + readFileSync(path, 'utf8'));
    expect([vault.open(before, place), vault.open(after, place)]).toEqual(['before', 'after']);
    expect(new Vault(path).open(vault.seal('more', place), place)).toBe('more');
  });

  it('is never written over: a file without one is refused, with what to do', () => {
    writeFileSync(path, 'not a key\n');
    const refused = expect.objectContaining({ code: 'refused', message: expect.stringContaining('holds no key') });
    expect(() => vault.seal('x', place)).toThrow(refused);
    expect(readFileSync(path, 'utf8')).toBe('not a key\n');
  });

  it('is not followed through a link', () => {
    const sealed = vault.seal('hunter2', place);
    renameSync(path, `${path}.real`);
    symlinkSync(`${path}.real`, path);
    expect(vault.open(sealed, place)).toBeNull();
    expect(() => vault.seal('x', place)).toThrow('holds no key');
    rmSync(path);
    renameSync(`${path}.real`, path);
    setMode(0o400);
    expect(vault.open(sealed, place)).toBe('hunter2');
  });
});
