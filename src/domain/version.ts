/** What Docker accepts as a tag; a version is always one. */
export const isVersion = (text: string): boolean => /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(text);

// In dpkg's order a tilde sorts before the end, letters before everything else.
function weight(character: string | undefined): number {
  if (character === undefined || /[0-9]/.test(character)) return 0;
  if (character === '~') return -1;
  return /[A-Za-z]/.test(character) ? character.charCodeAt(0) : character.charCodeAt(0) + 256;
}

function compareParts(a: string, b: string): number {
  let i = 0;
  let j = 0;
  const isDigit = (character: string | undefined) => character !== undefined && /[0-9]/.test(character);
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a[i])) || (j < b.length && !isDigit(b[j]))) {
      const difference = weight(a[i]) - weight(b[j]);
      if (difference !== 0) return difference;
      i++;
      j++;
    }
    while (a[i] === '0') i++;
    while (b[j] === '0') j++;
    let firstDifference = 0;
    while (isDigit(a[i]) && isDigit(b[j])) {
      firstDifference ||= (a[i] as string).charCodeAt(0) - (b[j] as string).charCodeAt(0);
      i++;
      j++;
    }
    if (isDigit(a[i])) return 1;
    if (isDigit(b[j])) return -1;
    if (firstDifference !== 0) return firstDifference;
  }
  return 0;
}

function split(version: string): { epoch: number; upstream: string; revision: string } {
  const [, epoch, upstream, revision] = /^(?:(\d+):)?(.*?)(?:-([^-]*))?$/s.exec(version) ?? [];
  return { epoch: Number(epoch ?? 0), upstream: upstream ?? '', revision: revision ?? '' };
}

/**
 * Orders two versions as `dpkg --compare-versions` does (Debian Policy 5.6.12): negative when `a` is
 * earlier. A leading `v` before a digit is not part of the version.
 */
export function compareVersions(a: string, b: string): number {
  const left = split(a.replace(/^v(?=\d)/, ''));
  const right = split(b.replace(/^v(?=\d)/, ''));
  const difference =
    left.epoch - right.epoch ||
    compareParts(left.upstream, right.upstream) ||
    compareParts(left.revision, right.revision);
  return Math.sign(difference);
}
