/**
 * Which directory of a plain tarball becomes the one at `target`, by the directory that everything in it lies in.
 * `tar cf … /var/lib/mysql` writes `var/lib/mysql/…`, one made beside the directory `mysql/…`, one made inside of it
 * neither. What fits none of these is taken as it is.
 */
export function tarballDirectory(prefix: string, target: string): string {
  const parts = target.split('/').filter((part) => part !== '');
  for (let from = 0; from < parts.length; from++) {
    const candidate = parts.slice(from).join('/');
    if (prefix === candidate || prefix.startsWith(`${candidate}/`)) return candidate;
  }
  return '';
}
