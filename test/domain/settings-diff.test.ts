import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import { compareSettings } from '../../src/domain/settings-diff.ts';
import { aService } from '../support/specimens.ts';

const service = (hostConfig: JsonObject) => aService({ settings: { config: {}, hostConfig, networks: {} } });
const changed = (now: JsonObject, after: JsonObject) =>
  compareSettings(service(now), service(after)).map(({ setting }) => setting);

/** What an inspect answer has of a container that nothing was asked for. */
const READ = {
  CgroupnsMode: 'private',
  ConsoleSize: [24, 80],
  IpcMode: 'private',
  LogConfig: { Type: 'json-file', Config: {} },
  MaskedPaths: ['/proc/acpi', '/sys/firmware'],
  ReadonlyPaths: ['/proc/bus'],
  RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
  Runtime: 'runc',
  ShmSize: 67_108_864,
};

test('what the engine adds to what a manifest asks for is no change, in either direction', () => {
  expect(changed({}, READ)).toEqual([]);
  expect(changed(READ, {})).toEqual([]);
});

test('what somebody has asked for is a change, also where the other release says nothing', () => {
  const asked = {
    IpcMode: 'host',
    LogConfig: { Type: 'json-file', Config: { 'max-size': '10m' } },
    RestartPolicy: { Name: 'always', MaximumRetryCount: 0 },
    Runtime: 'nvidia',
    ShmSize: 1_073_741_824,
    Memory: 536_870_912,
  };
  expect(changed({}, asked)).toEqual(Object.keys(asked).sort());
  // Both say something: that the system's paths are not masked any more is one.
  expect(changed(READ, { ...READ, MaskedPaths: [], Runtime: 'nvidia' })).toEqual(['MaskedPaths', 'Runtime']);
});
