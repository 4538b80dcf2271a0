import type { Dependencies } from './service-spec.ts';

interface Dependent {
  name: string;
  dependsOn?: Dependencies;
}

/** Services in waves: each service comes after the ones that it depends on. What a circle holds comes last, together. */
export function startWaves<Service extends Dependent>(services: readonly Service[]): Service[][] {
  const waves: Service[][] = [];
  let left = [...services];
  while (left.length > 0) {
    const names = new Set(left.map(({ name }) => name));
    const ready = left.filter(({ name, dependsOn = {} }) =>
      Object.keys(dependsOn).every((other) => other === name || !names.has(other)),
    );
    const wave = ready.length > 0 ? ready : left;
    waves.push(wave);
    left = left.filter((service) => !wave.includes(service));
  }
  return waves;
}

/** The same, one after the other. */
export const startOrder = <Service extends Dependent>(services: readonly Service[]): Service[] =>
  startWaves(services).flat();

/** The names of services that depend on each other in a circle; empty where there is none. */
export function circleIn(services: readonly Dependent[]): string[] {
  const byName = new Map(services.map((service) => [service.name, service]));
  const finished = new Set<string>();
  const visit = (name: string, way: string[]): string[] => {
    if (way.includes(name)) return [...way.slice(way.indexOf(name)), name];
    const service = byName.get(name);
    if (!service || finished.has(name)) return [];
    for (const other of Object.keys(service.dependsOn ?? {})) {
      const found = visit(other, [...way, name]);
      if (found.length > 0) return found;
    }
    finished.add(name);
    return [];
  };
  for (const { name } of services) {
    const found = visit(name, []);
    if (found.length > 0) return found;
  }
  return [];
}
