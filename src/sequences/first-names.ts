const NAMED_AT_MOST = 5;

/** As many of them as can be read in a sentence, and how many more there are. */
export function firstNames(names: readonly string[]): string {
  const more = names.length - NAMED_AT_MOST;
  return more > 0 ? `${names.slice(0, NAMED_AT_MOST).join(', ')} and ${more} more` : names.join(', ');
}
