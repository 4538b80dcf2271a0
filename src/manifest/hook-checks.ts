import { posix } from 'node:path';
import { type HostPower, powerOfPath } from '../domain/host-powers.ts';
import { nearestName } from './nearest.ts';
import type { Finding, Path } from './problem.ts';
import type { BelayEntry } from './schema.ts';
import { isHostPath } from './short-forms.ts';

type Complain = (path: Path, at: Finding['at'], sentence: string) => void;

/** What is wrong between the hooks, and with what they refer to. */
export function checkHooks(
  belay: BelayEntry | null,
  parts: { serviceNames: readonly string[]; directory: string; allowed: readonly HostPower[] },
  complain: Complain,
): void {
  const hooks = belay?.hooks ?? {};
  const at = (...rest: (string | number)[]): Path => ['x-belay', 'hooks', ...rest];
  for (const [name, hook] of Object.entries(hooks)) {
    if (!hook) continue;
    if ((hook.command[0] ?? '').trim() === '') complain(at(name, 'command'), 'value', 'there is no command.');
    if (hook.service !== undefined && !parts.serviceNames.includes(hook.service)) {
      const near = nearestName(hook.service, parts.serviceNames);
      complain(
        at(name, 'service'),
        'value',
        `there is no service ${hook.service}.${near ? ` Did you mean ${near}?` : ''}`,
      );
    }
    for (const [variable, value] of Object.entries(hook.environment ?? {})) {
      if (value === null) complain(at(name, 'environment', variable), 'key', `${variable} has no value.`);
    }
    if (hook.volumes && !hook.image)
      complain(at(name, 'volumes'), 'key', 'only a hook with an image has volumes of its own.');
    for (const [index, { source }] of (hook.volumes ?? []).entries()) {
      const path = source !== null && isHostPath(source) && !source.startsWith('~') ? source : null;
      const power = path === null ? null : powerOfPath(posix.resolve(parts.directory, path));
      if (path === null)
        complain(
          at(name, 'volumes', index),
          'value',
          'it needs a directory of the host, such as /srv/backups:/backups.',
        );
      else if (power && !parts.allowed.includes(power)) {
        const why = `a mount of ${path} makes it the master of its host; x-belay.allow has to name ${power}`;
        complain(at(name, 'volumes', index), 'value', `${why}.`);
      }
    }
  }
  if (hooks.restore && !hooks.backup)
    complain(at('restore'), 'key', 'there is no backup hook whose backups it could restore.');
  if (hooks.quiesce && !hooks.thaw) complain(at('quiesce'), 'key', 'there is no thaw hook that would undo it.');
  if (hooks.thaw && !hooks.quiesce) complain(at('thaw'), 'key', 'there is no quiesce hook that it would undo.');
}
