import type { Engine } from '../../src/demo/private-engine/private-engine.ts';
import { contents } from './fingerprint.ts';
import { setByUser } from './set-by-user.ts';

/**
 * How a container ends up, so that what was typed by hand and what Belay has done can be held against each other: all
 * that is set on it by `docker inspect`, and the files of its data with modes, owners and checksums. Ports of the host
 * that the engine chose are left out; so is the data where `target` is null.
 */
export async function endState(engine: Engine, container: string, target: string | null): Promise<unknown> {
  const set = JSON.stringify(await setByUser(engine, container)).replaceAll(/"HostPort":"\d+"/g, '"HostPort":""');
  if (target === null) return { set: JSON.parse(set) };
  const format = `{{range .Mounts}}{{if eq .Destination "${target}"}}{{.Source}}{{end}}{{end}}`;
  const source = await engine.docker(['inspect', '-f', format, container]);
  return { set: JSON.parse(set), data: await contents(source) };
}
