import type { DataTarget } from './data-target.ts';
import type { JsonObject } from './json.ts';
import type { ServiceMount } from './service-spec.ts';
import type { SlotMount } from './slot.ts';

/** What `-v` understands for either kind, and for one of them only. */
const FOR_BOTH = ['ro', 'rw', 'z', 'Z'];
const FOR_BINDS = ['rshared', 'rslave', 'rprivate', 'shared', 'slave', 'private'];

/**
 * A mount whose data lies somewhere else, written as somebody would with `-v`. `left` is where the data lay: what
 * was mounted from inside of a directory is mounted from inside of the new one.
 */
export function relocated(mount: ServiceMount, left: SlotMount, target: DataTarget): ServiceMount {
  const inside = left.kind === 'bind' ? mount.source.slice(left.path.length) : '';
  const known = target.kind === 'bind' ? [...FOR_BOTH, ...FOR_BINDS] : FOR_BOTH;
  const options = optionsOf(mount).filter((option) => known.includes(option));
  return {
    ...mount,
    kind: target.kind,
    source: target.kind === 'bind' ? target.path + inside : target.name,
    declared: { form: 'bind', options: options.join(',') },
  };
}

function optionsOf({ declared, readOnly }: ServiceMount): string[] {
  if (declared.form === 'bind') return declared.options.split(',');
  const value: JsonObject = declared.form === 'mount' ? declared.value : {};
  const { Propagation } = (value.BindOptions ?? {}) as { Propagation?: string };
  return [...(readOnly ? ['ro'] : []), ...(Propagation ? [Propagation] : [])];
}
