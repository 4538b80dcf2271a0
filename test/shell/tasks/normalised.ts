/** Everything that differs from run to run, replaced by something as wide that does not. */
export function normalised(text: string): string {
  const seen = new Map<string, string>();
  const sameId = (id: string): string => {
    const known = seen.get(id);
    if (known !== undefined) return known;
    const letters = String.fromCharCode(65 + Math.floor(seen.size / 26), 65 + (seen.size % 26));
    const replaced = `${id[0]}XXXXXXXX${letters}`;
    seen.set(id, replaced);
    return replaced;
  };
  const zeros = (found: string): string => found.replace(/[0-9a-f]/g, '0');
  return (
    text
      .replace(/\b[ROS][A-Z]{10}\b/g, sameId)
      .replace(/belay-(?:tasks|e2e)-\w{6}/g, 'belay-tasks-000000')
      .replace(/sha256:[0-9a-f]+/g, (found) => `sha256:${zeros(found.slice(7))}`)
      .replace(/\b(?:[0-9a-f]{12,64}|(?=[a-f]*\d)[0-9a-f]{7})\b/g, zeros)
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z/g, '0000-00-00T00:00:00.000Z')
      .replace(/\b20\d\d-\d\d-\d\d\b/g, '0000-00-00')
      .replace(/\b\d\d:\d\d:\d\d\b/g, '00:00:00')
      .replace(/\b1[78]\d{3}\b/g, '00000')
      // The end of a port whose beginning was cut off.
      .replace(/…\d+(?= → |\/)/g, zeros)
      .replace(/\b\d+\.\d s\b| \d\d s$/gm, '0.0 s')
      // Only what began before the session has an age.
      .replace(/\((?:just now|\d+ seconds? ago)\)/g, '(just now)')
      .replace(/started (?:just now|\d+ seconds? ago)/g, 'started just now')
      .replace(/under a second|about \d+ s\b/g, 'about 0 s')
      .replace(/\d+(?:\.\d)? [KMGT]?i?B\b/g, '0 KiB')
      .replace(/\b(process) \d+/g, '$1 0')
      // Which of its signs of failure is seen first, what was measured by then, and which files are open, is chance.
      .replace(/(✖ Prove that it works)[\s\S]*?(\n – Make)/g, '$1  WHY$2')
      .replace(/Why: [\s\S]*?\nNext: [\s\S]*?(?=\n\[admin)/g, 'Why: WHY')
      .replace(/^(.* rolled back +0\.0 s +admin).*$/gm, '$1  WHY')
      .replace(/live,? 0 KiB/g, 'live')
      .replace(/^ +[+~-] (?:index|records)\S* \(.*\)\n/gm, '')
      .replace(/\d files\s+changed\s+since/g, '0 files changed since')
      .replace(/\bTook +[\d.]+ s/g, 'Took  0 s')
      .replace(/ +$/gm, '')
  );
}
