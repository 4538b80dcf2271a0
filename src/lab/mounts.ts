import { dirname, isAbsolute, join, normalize } from 'node:path';
import type { Disk } from './disk.ts';
import { asObject, asStrings, asText, type JsonObject } from './json.ts';
import { LabError } from './lab-error.ts';
import type { ContainerRecord, MountRecord, RunConfig } from './records.ts';
import type { Volumes } from './volumes.ts';

/** Where mounts' sources are looked for and made. */
interface Sources {
  disk: Disk;
  volumes: Volumes;
}

const withoutSlash = (path: string): string => (path === '/' ? path : normalize(path).replace(/\/$/, ''));

function volumeMount(name: string, target: string, mode: string, isReadOnly: boolean, anonymous: boolean): MountRecord {
  return {
    Type: 'volume',
    Name: name,
    Source: '',
    Destination: withoutSlash(target),
    Driver: 'local',
    Mode: mode,
    RW: !isReadOnly,
    Propagation: '',
    anonymous,
  };
}

function bindMount(
  source: string,
  target: string,
  mode: string,
  isReadOnly: boolean,
  propagation: string,
): MountRecord {
  return {
    Type: 'bind',
    Source: withoutSlash(source),
    Destination: withoutSlash(target),
    Mode: mode,
    RW: !isReadOnly,
    Propagation: propagation || 'rprivate',
    anonymous: false,
  };
}

/** `-v SOURCE:TARGET[:MODE]` */
function parseBind(spec: string, volumes: Volumes): MountRecord {
  const [source = '', target = '', mode = '', ...more] = spec.split(':');
  if (target === '' || more.length > 0) throw new LabError(400, `invalid volume specification: '${spec}'`);
  const options = mode.split(',');
  const isReadOnly = options.includes('ro');
  if (isAbsolute(source)) {
    const propagation = options.find((option) => /^r?(private|shared|slave)$/.test(option)) ?? '';
    return bindMount(source, target, mode, isReadOnly, propagation);
  }
  volumes.ensure(source);
  return volumeMount(source, target, mode || 'z', isReadOnly, false);
}

/** One entry of `HostConfig.Mounts`: `--mount`. */
function parseMount(mount: JsonObject, { disk, volumes }: Sources): MountRecord {
  const target = asText(mount['Target']);
  const source = asText(mount['Source']);
  const isReadOnly = mount['ReadOnly'] === true;
  if (mount['Type'] === 'tmpfs') {
    const tmpfs = bindMount('', target, '', isReadOnly, '');
    return { ...tmpfs, Type: 'tmpfs', Source: '', Propagation: '' };
  }
  if (mount['Type'] === 'bind') {
    if (!disk.exists(source)) {
      const reason = `bind source path does not exist: ${source}`;
      throw new LabError(400, `invalid mount config for type "bind": ${reason}`);
    }
    return bindMount(source, target, '', isReadOnly, asText(asObject(mount['BindOptions'])['Propagation']));
  }
  if (mount['Type'] !== 'volume') throw new LabError(400, `mount type unknown: "${asText(mount['Type'])}"`);
  if (source === '') return volumeMount(volumes.ensureAnonymous(), target, 'z', isReadOnly, true);
  const labels = asObject(asObject(mount['VolumeOptions'])['Labels']) as Record<string, string>;
  volumes.ensure(source, labels);
  return volumeMount(source, target, 'z', isReadOnly, false);
}

/** The mounts of the containers that `VolumesFrom` names, as `NAME[:MODE]`. */
function inherited(spec: string, find: (reference: string) => ContainerRecord): MountRecord[] {
  const [reference = '', mode = ''] = spec.split(':');
  const isReadOnly = mode.split(',').includes('ro');
  return find(reference).mounts.map((mount) => ({ ...mount, RW: mount.RW && !isReadOnly, anonymous: false }));
}

/**
 * Every mount of a container to be, in the engine's order: inherited ones give way to `-v` and `--mount`, and
 * what the image declares gets an anonymous volume where nothing else is mounted there. Makes the volumes.
 */
export function resolveMounts(
  config: RunConfig,
  hostConfig: JsonObject,
  sources: Sources,
  find: (reference: string) => ContainerRecord,
): MountRecord[] {
  const { volumes } = sources;
  const byTarget = new Map<string, MountRecord>();
  for (const spec of asStrings(hostConfig['VolumesFrom']) ?? []) {
    for (const mount of inherited(spec, find)) byTarget.set(mount.Destination, mount);
  }
  const declared = new Set<string>();
  const declare = (mount: MountRecord) => {
    if (mount.Destination === '/' || !isAbsolute(mount.Destination)) {
      const reason = mount.Destination === '/' ? "destination can't be '/'" : 'mount path must be absolute';
      throw new LabError(400, `invalid mount config for type "${mount.Type}": invalid specification: ${reason}`);
    }
    if (declared.has(mount.Destination)) throw new LabError(400, `Duplicate mount point: ${mount.Destination}`);
    declared.add(mount.Destination);
    byTarget.set(mount.Destination, mount);
  };
  for (const spec of asStrings(hostConfig['Binds']) ?? []) declare(parseBind(spec, volumes));
  const mounts = Array.isArray(hostConfig['Mounts']) ? hostConfig['Mounts'] : [];
  for (const mount of mounts) declare(parseMount(asObject(mount), sources));
  for (const target of Object.keys(config.Volumes ?? {})) {
    const path = withoutSlash(target);
    if (!byTarget.has(path)) byTarget.set(path, volumeMount(volumes.ensureAnonymous(), path, '', false, true));
  }
  return [...byTarget.values()];
}

/** The host path of a mount's content. */
export function hostPath(mount: MountRecord, volumes: Volumes): string {
  return mount.Type === 'volume' ? volumes.path(mount.Name ?? '') : mount.Source;
}

/**
 * Makes what the mounts need on the host, as the engine does at each start (a missing volume or bind source
 * begins empty), and lays out `directory` as the container's root: a link for each target, and what else the
 * container has written there. Paths are followed
 * now, so that a bind source that was renamed while the container was down is the new one.
 */
export function layOut(
  mounts: readonly MountRecord[],
  directory: string,
  { disk, volumes }: Sources,
): Record<string, string> {
  disk.makeDirectory(directory);
  const paths: Record<string, string> = {};
  const byDepth = [...mounts].sort((a, b) => a.Destination.length - b.Destination.length);
  for (const mount of byDepth) {
    const link = join(directory, mount.Destination);
    const isInside = isBelowLink(disk, link, directory);
    if (!isInside) disk.remove(link);
    if (mount.Type === 'tmpfs') {
      disk.makeDirectory(link);
      paths[mount.Destination] = link;
      continue;
    }
    if (mount.Type === 'volume') volumes.ensure(mount.Name ?? '');
    const source = hostPath(mount, volumes);
    if (!disk.exists(source)) disk.makeDirectory(source);
    paths[mount.Destination] = source;
    if (!isInside) {
      disk.makeDirectory(dirname(link));
      disk.link(source, link);
    }
  }
  return paths;
}

/** A mount inside another mount has no link: it would be written into the outer one's data. */
function isBelowLink(disk: Disk, path: string, directory: string): boolean {
  for (let parent = dirname(path); parent.length > directory.length; parent = dirname(parent)) {
    if (disk.isLink(parent)) return true;
  }
  return false;
}
