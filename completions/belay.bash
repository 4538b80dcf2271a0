# bash completion for belay.
#
# Written by `npm run generate` from the grammar of Belay. Fixed words are here; what there is just now
# (versions, releases, snapshots, …) is asked of `belay __complete`. Nothing that was typed is ever evaluated.

_belay() {
  local IFS=' ' current=${COMP_WORDS[COMP_CWORD]} begun='' word candidate help text typed
  local -a earlier=() found=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    earlier+=("${word//[\"\'\\]/}")
  done
  [[ $current == -* ]] && begun=--
  case $begun${earlier[*]} in
    '') found=('show' 'upgrade' 'extend' 'abort' 'confirm' 'rollback' 'promote' 'update' 'resume' 'scale' 'rehearse' 'repair' 'set' 'unset' 'restore' 'move' 'note' 'export' 'import' 'mirror' 'delete' 'install' 'adopt' 'apply' 'check' 'test' 'use' 'journal' 'terminal' 'help' 'exit' 'quit') ;;
    'show') found=('system' 'serviceengines' 'releases' 'release' 'snapshots' 'snapshot' 'configuration' 'versions' 'upgrade' 'rollback' 'restore' 'promotion' 'manifest' 'containers' 'appliances' 'log' 'events' 'notifications' 'cli' 'console' 'history' 'files' 'file' 'terminal' 'tech-support') ;;
    'show upgrade') found=('status' 'history' 'plan') ;;
    'show rollback') found=('plan') ;;
    'show restore') found=('plan') ;;
    'show promotion') found=('plan') ;;
    'show cli') found=('releases') ;;
    'upgrade') found=('system') ;;
    'extend') found=('upgrade') ;;
    'abort') found=('upgrade' 'installation') ;;
    'confirm') found=('system') ;;
    'rollback') found=('system' 'cli') ;;
    'promote') found=('release') ;;
    'update') found=('engines' 'cli') ;;
    'scale') found=('serviceengine') ;;
    'rehearse') found=('upgrade') ;;
    'repair') found=('system') ;;
    'set') found=('env' 'secret' 'image') ;;
    'unset') found=('env') ;;
    'restore') found=('system') ;;
    'move') found=('data') ;;
    'move data') found=('bind' 'volume') ;;
    'note') found=('release') ;;
    'export') found=('snapshot' 'bundle') ;;
    'import') found=('snapshot' 'bundle') ;;
    'delete') found=('snapshot' 'release' 'serviceengine' 'file') ;;
    'apply') found=('manifest') ;;
    'check') found=('manifest') ;;
    'test') found=('notification') ;;
    'use') found=('appliance') ;;
    'journal') found=('check' 'restore') ;;
    'terminal') found=('length' 'width' 'monitor' 'no' 'idle-timeout') ;;
    'terminal no') found=('monitor') ;;
    *)
      while IFS=$'\t' read -r candidate help; do
        found+=("$candidate")
      done < <(command belay __complete "${earlier[@]}" "$begun" 2>/dev/null </dev/null)
      ;;
  esac
  COMPREPLY=()
  for candidate in "${found[@]}"; do
    if [[ $candidate == --files-- ]]; then
      compopt -o default 2>/dev/null
      continue
    fi
    case $current in
      [\"\']*)
        # Within a quote that is open, only what needs no further one.
        [[ $candidate == *[\"\'\$\`\\!]* ]] && continue
        typed=${current:1} text=$candidate
        ;;
      *)
        typed=$current
        printf -v text %q "$candidate"
        ;;
    esac
    if [[ ${text,,} == "${typed,,}"* ]]; then COMPREPLY+=("$text"); fi
  done
}

complete -o nosort -F _belay belay
