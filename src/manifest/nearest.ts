/** The known name that was probably meant; null where none is near. */
export function nearestName(typed: string, known: readonly string[]): string | null {
  const asked = typed.toLowerCase().slice(0, 64);
  const plain = asked.replace(/[^a-z0-9]/g, '');
  const ranked = known
    .map((name) => ({ name, far: name.replace(/[^a-z0-9]/g, '') === plain ? 0 : distance(asked, name) }))
    .filter(({ far }) => far <= (asked.length <= 4 ? 1 : 2))
    .sort((a, b) => a.far - b.far);
  return ranked[0]?.name ?? null;
}

/** How many letters have to be added, removed, changed or swapped with their neighbour. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(least);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
