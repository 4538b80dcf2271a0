import type { WordRow } from './word-table.ts';

const NOTE =
  'Written by `npm run generate` from the grammar of Belay. Fixed words are here; what there is just now\n# (versions, releases, snapshots, …) is asked of `belay __complete`. Nothing that was typed is ever evaluated.';

const indented = (lines: readonly string[], columns: number): string =>
  lines.map((line) => `${' '.repeat(columns)}${line}`).join('\n');

// In each of the three shells nothing but this has a meaning between single quotes.
const posixQuoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const fishQuoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;

/** completions/belay.bash */
export function bashCompletion(table: readonly WordRow[]): string {
  const rows = table.map(
    ({ path, words }) => `${posixQuoted(path)}) found=(${words.map(({ word }) => posixQuoted(word)).join(' ')}) ;;`,
  );
  return `# bash completion for belay.
#
# ${NOTE}

_belay() {
  local IFS=' ' current=\${COMP_WORDS[COMP_CWORD]} begun='' word candidate help text typed
  local -a earlier=() found=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    earlier+=("\${word//[\\"\\'\\\\]/}")
  done
  [[ $current == -* ]] && begun=--
  case $begun\${earlier[*]} in
${indented(rows, 4)}
    *)
      while IFS=$'\\t' read -r candidate help; do
        found+=("$candidate")
      done < <(command belay __complete "\${earlier[@]}" "$begun" 2>/dev/null </dev/null)
      ;;
  esac
  COMPREPLY=()
  for candidate in "\${found[@]}"; do
    if [[ $candidate == --files-- ]]; then
      compopt -o default 2>/dev/null
      continue
    fi
    case $current in
      [\\"\\']*)
        # Within a quote that is open, only what needs no further one.
        [[ $candidate == *[\\"\\'\\$\\\`\\\\!]* ]] && continue
        typed=\${current:1} text=$candidate
        ;;
      *)
        typed=$current
        printf -v text %q "$candidate"
        ;;
    esac
    if [[ \${text,,} == "\${typed,,}"* ]]; then COMPREPLY+=("$text"); fi
  done
}

complete -o nosort -F _belay belay
`;
}

/** completions/_belay, for a directory of zsh's fpath */
export function zshCompletion(table: readonly WordRow[]): string {
  const rows = table.map(({ path, words }) => {
    const pairs = words.map(({ word, help }) => `${posixQuoted(word)} ${posixQuoted(help)}`);
    return `(${posixQuoted(path)})\n${indented([...pairs.map((pair) => `rows+=(${pair})`), ';;'], 2)}`;
  });
  return `#compdef belay
#
# ${NOTE}

_belay() {
  local begun='' line candidate help
  local -a earlier rows found shown
  if (( CURRENT > 2 )); then earlier=("\${(@Q)words[2,CURRENT-1]}"); fi
  [[ $PREFIX == -* ]] && begun=--
  case $begun\${(j: :)earlier} in
${indented(rows.join('\n').split('\n'), 4)}
    (*)
      for line in "\${(@f)$(command belay __complete "\${earlier[@]}" "$begun" 2>/dev/null </dev/null)}"; do
        [[ -n $line ]] && rows+=("\${line%%$'\\t'*}" "\${line#*$'\\t'}")
      done
      ;;
  esac
  for candidate help in "\${rows[@]}"; do
    if [[ $candidate == --files-- ]]; then
      _files
      continue
    fi
    found+=("$candidate")
    shown+=("\${(r:24:)candidate}  $help")
  done
  (( $#found )) && compadd -V belay -M 'm:{a-zA-Z}={A-Za-z}' -l -d shown -a -- found
}

_belay "$@"
`;
}

/** completions/belay.fish */
export function fishCompletion(table: readonly WordRow[]): string {
  const rows = table.map(({ path, words }) => {
    const lines = words.map(({ word, help }) => `${fishQuoted(word)} ${fishQuoted(help)}`);
    const [first = '', ...rest] = lines.map((line, n) => (n === lines.length - 1 ? line : `${line} \\`));
    return `case ${fishQuoted(path)}\n    printf '%s\\t%s\\n' ${first}${rest.map((line) => `\n        ${line}`).join('')}`;
  });
  return `# fish completion for belay.
#
# ${NOTE}

function __belay_complete
    set -l earlier (commandline -opc)
    set -e earlier[1]
    set -l begun ''
    string match -q -- '-*' (commandline -ct); and set begun --
    switch "$begun$earlier"
${indented(rows.join('\n').split('\n'), 8)}
        case '*'
            for line in (command belay __complete $earlier $begun 2>/dev/null </dev/null)
                if string match -q -- '--files--*' $line
                    __fish_complete_path (commandline -ct)
                else
                    printf '%s\\n' $line
                end
            end
    end
end

complete -c belay -f -k -a '(__belay_complete)'
`;
}
