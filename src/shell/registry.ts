import { abortUpgrade } from './commands/abort-upgrade.ts';
import { adopt } from './commands/adopt.ts';
import { adoptProject } from './commands/adopt-project.ts';
import { applyManifest } from './commands/apply-manifest.ts';
import { exportBundle, importBundle, mirror } from './commands/bundle.ts';
import { checkManifest } from './commands/check-manifest.ts';
import { installCli, rollbackCli, showCliReleases, updateCli } from './commands/cli-releases.ts';
import { confirmSystem } from './commands/confirm-system.ts';
import { deleteRelease } from './commands/delete-release.ts';
import { deleteServiceEngine } from './commands/delete-serviceengine.ts';
import { deleteSnapshot } from './commands/delete-snapshot.ts';
import { exit } from './commands/exit.ts';
import { exportSnapshot, importSnapshot } from './commands/export-snapshot.ts';
import { extendUpgrade } from './commands/extend-upgrade.ts';
import { deleteFile, showFile, showFiles } from './commands/files.ts';
import { help } from './commands/help.ts';
import { installAppliance } from './commands/install-appliance.ts';
import { journalCheck } from './commands/journal-check.ts';
import { journalRestore } from './commands/journal-restore.ts';
import { moveDataBind, moveDataVolume } from './commands/move-data.ts';
import { noteRelease } from './commands/note-release.ts';
import { showNotifications, testNotification } from './commands/notifications.ts';
import { promoteRelease, showPromotionPlan } from './commands/promote-release.ts';
import { rehearseUpgrade } from './commands/rehearse-upgrade.ts';
import { repairSystem } from './commands/repair-system.ts';
import { restoreSystem, showRestorePlan } from './commands/restore-system.ts';
import { resume } from './commands/resume.ts';
import { rollbackSystem } from './commands/rollback-system.ts';
import { scaleServiceEngine } from './commands/scale-serviceengine.ts';
import { setEnv, setEnvSeveral, setSecret, unsetEnv } from './commands/set-env.ts';
import { setImage } from './commands/set-image.ts';
import { showAppliances } from './commands/show-appliances.ts';
import { showConfiguration } from './commands/show-configuration.ts';
import { showConsole } from './commands/show-console.ts';
import { showContainers } from './commands/show-containers.ts';
import { showEvents } from './commands/show-events.ts';
import { showHistory } from './commands/show-history.ts';
import { showLog } from './commands/show-log.ts';
import { showManifest } from './commands/show-manifest.ts';
import { showRelease } from './commands/show-release.ts';
import { showReleaseDiff } from './commands/show-release-diff.ts';
import { showReleases } from './commands/show-releases.ts';
import { showRollbackPlan } from './commands/show-rollback-plan.ts';
import { showServiceEngines } from './commands/show-serviceengines.ts';
import { showSnapshot, showSnapshots } from './commands/show-snapshots.ts';
import { showSystem } from './commands/show-system.ts';
import { showTechSupport } from './commands/show-tech-support.ts';
import { showTerminal } from './commands/show-terminal.ts';
import { showUpgradeHistory } from './commands/show-upgrade-history.ts';
import { showUpgradePlan } from './commands/show-upgrade-plan.ts';
import { showUpgradeStatus } from './commands/show-upgrade-status.ts';
import { showVersions } from './commands/show-versions.ts';
import {
  terminalIdleTimeout,
  terminalLength,
  terminalMonitor,
  terminalNoMonitor,
  terminalWidth,
} from './commands/terminal.ts';
import { updateEngines } from './commands/update-engines.ts';
import { upgradeSystem } from './commands/upgrade-system.ts';
import { useAppliance } from './commands/use-appliance.ts';
import type { Grammar } from './grammar/grammar.ts';

/** Every command there is, in the order in which `?` lists them. To add one, write its file and name it here. */
export const registry: Grammar = {
  commands: [
    showSystem,
    showServiceEngines,
    showReleases,
    showRelease,
    showReleaseDiff,
    showSnapshots,
    showSnapshot,
    showConfiguration,
    showVersions,
    showUpgradeStatus,
    showUpgradeHistory,
    showUpgradePlan,
    showRollbackPlan,
    showRestorePlan,
    showPromotionPlan,
    showManifest,
    showContainers,
    showAppliances,
    showLog,
    showEvents,
    showNotifications,
    showCliReleases,
    showConsole,
    showHistory,
    showFiles,
    showFile,
    showTerminal,
    upgradeSystem,
    extendUpgrade,
    abortUpgrade,
    confirmSystem,
    rollbackSystem,
    promoteRelease,
    updateEngines,
    resume,
    scaleServiceEngine,
    rehearseUpgrade,
    repairSystem,
    setEnv,
    setEnvSeveral,
    setSecret,
    unsetEnv,
    setImage,
    restoreSystem,
    moveDataBind,
    moveDataVolume,
    noteRelease,
    exportSnapshot,
    importSnapshot,
    exportBundle,
    importBundle,
    mirror,
    deleteSnapshot,
    deleteRelease,
    deleteServiceEngine,
    installAppliance,
    adopt,
    adoptProject,
    applyManifest,
    checkManifest,
    testNotification,
    updateCli,
    rollbackCli,
    installCli,
    useAppliance,
    showTechSupport,
    journalCheck,
    journalRestore,
    deleteFile,
    terminalLength,
    terminalWidth,
    terminalMonitor,
    terminalNoMonitor,
    terminalIdleTimeout,
    help,
    exit,
  ],
  groups: {
    show: 'Look at something; changes nothing',
    'show upgrade': 'Upgrades: the running one, earlier ones, a planned one',
    'show rollback': 'What a rollback would do',
    'show restore': 'What a restore would do',
    'show promotion': 'What a promotion would do',
    upgrade: 'Move to another version',
    extend: 'Give what runs more time',
    abort: 'Take back what runs',
    confirm: 'Keep what would go back by itself',
    rehearse: 'Try something; what runs goes on',
    rollback: 'Go back, with the data',
    promote: "Bring an earlier release back, with today's data",
    set: 'Change what a service is made with',
    'set env': 'Set environment variables',
    unset: 'Set something no more',
    scale: 'Have more or fewer of something',
    restore: 'Bring data back under what runs',
    move: 'Have the data somewhere else',
    'move data': 'To a directory of the host, or to a volume',
    note: 'Write something down for whoever comes next',
    export: 'Write to a file outside',
    import: 'Bring in from a file',
    adopt: 'Look after what runs already',
    apply: 'Put something in force',
    check: 'Look for mistakes; changes nothing',
    repair: 'Bring what runs back to what its release says',
    update: 'Bring engines to their version, or Belay to another release',
    use: 'Choose what commands are about',
    journal: 'The record of everything that was done, and its copies',
    delete: 'Delete what is not needed any more',
    test: 'Try something out; changes nothing',
    'show cli': 'Belay itself',
    terminal: 'How this session shows things',
    'terminal no': 'Turn something off',
  },
};
