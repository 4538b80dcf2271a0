# fish completion for belay.
#
# Written by `npm run generate` from the grammar of Belay. Fixed words are here; what there is just now
# (versions, releases, snapshots, …) is asked of `belay __complete`. Nothing that was typed is ever evaluated.

function __belay_complete
    set -l earlier (commandline -opc)
    set -e earlier[1]
    set -l begun ''
    string match -q -- '-*' (commandline -ct); and set begun --
    switch "$begun$earlier"
        case ''
            printf '%s\t%s\n' 'show' 'Look at something; changes nothing' \
                'upgrade' 'Move to another version' \
                'extend' 'Give what runs more time' \
                'abort' 'Take back what runs' \
                'confirm' 'Keep what would go back by itself' \
                'rollback' 'Go back, with the data' \
                'promote' 'Bring an earlier release back, with today\'s data' \
                'update' 'Bring engines to their version, or Belay to another release' \
                'resume' 'Take the service engines along that did not follow' \
                'scale' 'Have more or fewer of something' \
                'rehearse' 'Try something; what runs goes on' \
                'repair' 'Bring what runs back to what its release says' \
                'set' 'Change what a service is made with' \
                'unset' 'Set something no more' \
                'restore' 'Bring data back under what runs' \
                'move' 'Have the data somewhere else' \
                'note' 'Write something down for whoever comes next' \
                'export' 'Write to a file outside' \
                'import' 'Bring in from a file' \
                'mirror' 'Copy every image of a version to the site\'s own registry' \
                'delete' 'Delete what is not needed any more' \
                'install' 'Bring up an appliance on this host, as its manifest says' \
                'adopt' 'Look after a running container' \
                'apply' 'Put something in force' \
                'check' 'Look for mistakes; changes nothing' \
                'test' 'Try something out; changes nothing' \
                'use' 'Choose what commands are about' \
                'journal' 'The record of everything that was done, and its copies' \
                'terminal' 'How this session shows things' \
                'help' 'What can be typed, and what it does' \
                'exit' 'Leave; operations go on' \
                'quit' 'Leave; operations go on'
        case 'show'
            printf '%s\t%s\n' 'system' 'What runs, since when, and what needs attention' \
                'serviceengines' 'Every service engine: its version, how it is, since when there is it' \
                'releases' 'The releases, newest first' \
                'release' 'One release in full' \
                'snapshots' 'The data that can be gone back to' \
                'snapshot' 'One snapshot, and what depends on it' \
                'configuration' 'What the active release sets, service by service' \
                'versions' 'What the appliance has run and could run' \
                'upgrade' 'Upgrades: the running one, earlier ones, a planned one' \
                'rollback' 'What a rollback would do' \
                'restore' 'What a restore would do' \
                'promotion' 'What a promotion would do' \
                'manifest' 'What the vendor says of the appliance, as it is in force' \
                'containers' 'The containers on this host, and which can be adopted' \
                'appliances' 'What Belay looks after here' \
                'log' 'What the containers say' \
                'events' 'What has happened, step by step' \
                'notifications' 'Who else was told how operations ended' \
                'cli' 'Belay itself' \
                'console' 'The web page of this system: whether it is on, where, and how to turn it on' \
                'history' 'The commands that you typed before' \
                'files' 'The answers that you have kept' \
                'file' 'An answer that you have kept' \
                'terminal' 'What is set for this session' \
                'tech-support' 'Write one file for whoever is to help, without secrets'
        case 'show upgrade'
            printf '%s\t%s\n' 'status' 'The steps of the running operation, or of the last one' \
                'history' 'Upgrades and rollbacks, newest first' \
                'plan' 'What an upgrade would do; changes nothing'
        case 'show rollback'
            printf '%s\t%s\n' 'plan' 'What a rollback would give up; changes nothing'
        case 'show restore'
            printf '%s\t%s\n' 'plan' 'What a restore would do; changes nothing'
        case 'show promotion'
            printf '%s\t%s\n' 'plan' 'What bringing an earlier release back with today\'s data would do; changes nothing'
        case 'show cli'
            printf '%s\t%s\n' 'releases' 'The releases of Belay itself on this host'
        case 'upgrade'
            printf '%s\t%s\n' 'system' 'Move the appliance to another version'
        case 'extend'
            printf '%s\t%s\n' 'upgrade' 'Give the new version more time to get healthy'
        case 'abort'
            printf '%s\t%s\n' 'upgrade' 'Take the running upgrade back, or the running installation' \
                'installation' 'Take the running upgrade back, or the running installation'
        case 'confirm'
            printf '%s\t%s\n' 'system' 'Keep the version that would go back by itself'
        case 'rollback'
            printf '%s\t%s\n' 'system' 'Go back to the version before, with its data' \
                'cli' 'Change Belay itself back to the release that ran before'
        case 'promote'
            printf '%s\t%s\n' 'release' 'Bring an earlier release back with today\'s data'
        case 'update'
            printf '%s\t%s\n' 'engines' 'Bring engines and helpers that are behind to the version of the controller' \
                'cli' 'Change Belay itself over to another release'
        case 'scale'
            printf '%s\t%s\n' 'serviceengine' 'Have so many service engines'
        case 'rehearse'
            printf '%s\t%s\n' 'upgrade' 'Try a version on a clone of the data; what runs goes on'
        case 'repair'
            printf '%s\t%s\n' 'system' 'Bring what runs back to what its release says'
        case 'set'
            printf '%s\t%s\n' 'env' 'Set an environment variable of a service' \
                'secret' 'Set an environment variable that nobody may see' \
                'image' 'Give a service another image'
        case 'unset'
            printf '%s\t%s\n' 'env' 'Set an environment variable of a service no more'
        case 'restore'
            printf '%s\t%s\n' 'system' 'Put the data of a snapshot under the version that runs'
        case 'move'
            printf '%s\t%s\n' 'data' 'To a directory of the host, or to a volume'
        case 'move data'
            printf '%s\t%s\n' 'bind' 'Have the data in a directory of the host' \
                'volume' 'Have the data in a volume of the engine'
        case 'note'
            printf '%s\t%s\n' 'release' 'Write something about a release'
        case 'export'
            printf '%s\t%s\n' 'snapshot' 'Write a snapshot with its release to one file' \
                'bundle' 'Write every image of a version to one file, for hosts without internet access'
        case 'import'
            printf '%s\t%s\n' 'snapshot' 'Bring in a snapshot from a file, or a tarball of the data directory' \
                'bundle' 'Bring the images of a version to this host from a file'
        case 'delete'
            printf '%s\t%s\n' 'snapshot' 'Delete a snapshot for good' \
                'release' 'Remove the containers of a release that was left' \
                'serviceengine' 'Be without a service engine' \
                'file' 'Delete an answer that you have kept'
        case 'apply'
            printf '%s\t%s\n' 'manifest' 'Put what a manifest says in force'
        case 'check'
            printf '%s\t%s\n' 'manifest' 'Everything that is wrong with a manifest'
        case 'test'
            printf '%s\t%s\n' 'notification' 'Tell everybody who would be told that this is a test'
        case 'use'
            printf '%s\t%s\n' 'appliance' 'Choose the appliance that commands are about'
        case 'journal'
            printf '%s\t%s\n' 'check' 'Whether the record is sound, and which copies there are' \
                'restore' 'Put a copy in the place of a broken record'
        case 'terminal'
            printf '%s\t%s\n' 'length' 'Lines of a page; 0 never stops' \
                'width' 'Columns of an answer; 0 is what the screen has' \
                'monitor' 'Tell above the prompt what other sessions do' \
                'no' 'Turn something off' \
                'idle-timeout' 'Minutes without a key until the session ends; 0 never'
        case 'terminal no'
            printf '%s\t%s\n' 'monitor' 'Do not tell what other sessions do'
        case '*'
            for line in (command belay __complete $earlier $begun 2>/dev/null </dev/null)
                if string match -q -- '--files--*' $line
                    __fish_complete_path (commandline -ct)
                else
                    printf '%s\n' $line
                end
            end
    end
end

complete -c belay -f -k -a '(__belay_complete)'
