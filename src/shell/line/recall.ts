/** The way through the lines typed before: up and down, and backwards to one that holds what is looked for. */
export class Recall {
  private readonly history: readonly string[];
  /** Place in the history, counted from its end; 0 is the line being typed. */
  private back = 0;
  private draft = '';
  /** Where the search stands, and what it has found; null where nothing is searched for. */
  private search: { at: number; found: string | null } | null = null;

  constructor(history: readonly string[]) {
    this.history = history;
  }

  /** The line before (1) or after (-1); null where there is none. */
  step(by: 1 | -1, line: string): string | null {
    const back = Math.min(this.history.length, Math.max(0, this.back + by));
    if (this.back === 0) this.draft = line;
    if (back === this.back) return null;
    this.back = back;
    return back === 0 ? this.draft : (this.history.at(-back) ?? '');
  }

  get isSearching(): boolean {
    return this.search !== null;
  }

  /** What the search has found; null where nothing holds it. */
  get found(): string | null {
    return this.search?.found ?? null;
  }

  beginSearch(line: string): void {
    this.draft = line;
    this.search = { at: this.history.length, found: line };
  }

  /** Looks for the newest line that holds `wanted`; `older` goes on behind the one found last. */
  look(wanted: string, older: boolean): void {
    if (!this.search) return;
    const text = wanted.toLowerCase();
    const from = older ? this.search.at - 1 : this.history.length - 1;
    const at =
      text === ''
        ? -1
        : this.history.findLastIndex((line, place) => place <= from && line.toLowerCase().includes(text));
    if (at >= 0) this.search = { at, found: this.history[at] ?? null };
    else if (!older) this.search = { at: this.history.length, found: text === '' ? this.draft : null };
  }

  /** Ends the search with what it has found, or with the line as it was before. */
  endSearch(outcome: 'taken' | 'dropped'): string {
    const found = outcome === 'taken' ? this.found : null;
    this.search = null;
    return found ?? this.draft;
  }
}
