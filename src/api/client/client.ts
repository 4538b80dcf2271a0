import type { EngineUpdateInput } from '../contract/change.ts';
import type { ChangePlanView } from '../contract/change-plan.ts';
import type {
  CliChangeAcceptedView,
  CliReleasesView,
  InstallCliInput,
  RollbackCliInput,
  UpdateCliInput,
} from '../contract/cli-releases.ts';
import type { ConfigurationView, EnvironmentInput, ImageInput, ImagePlanView } from '../contract/configuration.ts';
import type { ConsoleView } from '../contract/console.ts';
import type { EventView } from '../contract/event-view.ts';
import type {
  ExportBundleInput,
  ExportBundlePlanView,
  ImportBundlePlanView,
  MirrorInput,
  MirrorPlanView,
} from '../contract/image-views.ts';
import type { AdoptInput, RollbackInput, UpgradeInput } from '../contract/inputs.ts';
import type { JournalReportView, JournalRestoredView, JournalRestoreInput } from '../contract/journal-views.ts';
import type { LogLineView } from '../contract/log.ts';
import type {
  ApplyManifestInput,
  InstallInput,
  ManifestCheckInput,
  ManifestCheckView,
  ManifestView,
} from '../contract/manifest-views.ts';
import type { MoveInput, MovePlanView } from '../contract/move.ts';
import type { NotificationTestView, NotificationView } from '../contract/notifications.ts';
import type { OperationView } from '../contract/operation-views.ts';
import type { RepairPlanView, RollbackPlanView, UpgradePlanView } from '../contract/plan-views.ts';
import type { PromotionInput, PromotionPlanView } from '../contract/promotion.ts';
import type { RehearsalInput } from '../contract/rehearsal-views.ts';
import type { ReleaseDeletionView } from '../contract/release-deletion.ts';
import type { NoteInput, ReleaseDiffView } from '../contract/release-history.ts';
import type { ReleaseDetailView, ReleaseNameView, ReleaseView, VersionsView } from '../contract/release-views.ts';
import type { ConfirmationView, ExtendInput } from '../contract/running-views.ts';
import type { OrphanDeletionView, ServiceEngineView } from '../contract/service-engine-views.ts';
import type { ScalingInput } from '../contract/service-engines.ts';
import type {
  ExportInput,
  ExportPlanView,
  ImportBundleInput,
  ImportInput,
  ImportPlanView,
  JobView,
  RestoreInput,
  RestorePlanView,
  SnapshotDetailView,
  SnapshotView,
} from '../contract/snapshot-views.ts';
import type { ApplianceView, ContainerView, HealthView, SystemView } from '../contract/system-views.ts';
import type { MadeTechSupportView } from '../contract/tech-support.ts';

export interface LogWanted {
  service?: string | undefined;
  lines: number;
}

/**
 * The API, typed, for one appliance (or the only one, where none is named). Every method rejects with a
 * BelayError-shaped error that carries the daemon's code, sentence and hint; `no-daemon` when nothing
 * answers on the socket.
 */
export interface Client {
  health(signal?: AbortSignal): Promise<HealthView>;
  appliances(signal?: AbortSignal): Promise<ApplianceView[]>;
  adopt(input: AdoptInput, signal?: AbortSignal): Promise<ReleaseView>;
  /** Changes nothing. */
  checkManifest(input: ManifestCheckInput, signal?: AbortSignal): Promise<ManifestCheckView>;
  /** Returns when the installation is accepted: it goes on in the daemon. */
  install(input: InstallInput, signal?: AbortSignal): Promise<OperationView>;
  /** What is in force. */
  manifest(signal?: AbortSignal): Promise<ManifestView>;
  applyManifest(input: ApplyManifestInput, signal?: AbortSignal): Promise<ManifestView>;
  containers(signal?: AbortSignal): Promise<ContainerView[]>;
  system(signal?: AbortSignal): Promise<SystemView>;
  /** Newest first; `before` is the last release of the page before. At most 1,000 in one page. */
  releases(page?: { limit?: number; before?: string }, signal?: AbortSignal): Promise<ReleaseView[]>;
  /** Newest first. */
  releaseNames(signal?: AbortSignal): Promise<ReleaseNameView[]>;
  release(id: string, signal?: AbortSignal): Promise<ReleaseDetailView>;
  /** What `to`, or else the active release, has other than that one. */
  releaseDiff(id: string, to?: string, signal?: AbortSignal): Promise<ReleaseDiffView>;
  noteRelease(id: string, input: NoteInput, signal?: AbortSignal): Promise<ReleaseDetailView>;
  /** What `deleteRelease` would remove. */
  releaseDeletion(id: string, signal?: AbortSignal): Promise<ReleaseDeletionView>;
  /** Goes on in the daemon: see `job`. */
  deleteRelease(id: string, signal?: AbortSignal): Promise<JobView>;
  /** What the active release sets, of one service or of all. */
  configuration(service?: string, signal?: AbortSignal): Promise<ConfigurationView>;
  environmentPlan(input: EnvironmentInput, signal?: AbortSignal): Promise<ChangePlanView>;
  /** Goes on in the daemon. */
  changeEnvironment(input: EnvironmentInput, signal?: AbortSignal): Promise<OperationView>;
  imagePlan(input: ImageInput, signal?: AbortSignal): Promise<ImagePlanView>;
  /** Goes on in the daemon. */
  changeImage(input: ImageInput, signal?: AbortSignal): Promise<OperationView>;
  versions(signal?: AbortSignal): Promise<VersionsView>;
  /** The running operation, or else the last one; null where there has been none. */
  upgradeStatus(operation?: string, signal?: AbortSignal): Promise<OperationView | null>;
  upgradeHistory(limit?: number, signal?: AbortSignal): Promise<OperationView[]>;
  upgradePlan(input: UpgradeInput, signal?: AbortSignal): Promise<UpgradePlanView>;
  promotionPlan(input: PromotionInput, signal?: AbortSignal): Promise<PromotionPlanView>;
  /** Goes on in the daemon. */
  promote(input: PromotionInput, signal?: AbortSignal): Promise<OperationView>;
  /** What a rehearsal would do. */
  rehearsalPlan(input: RehearsalInput, signal?: AbortSignal): Promise<UpgradePlanView>;
  /** Goes on in the daemon. */
  rehearse(input: RehearsalInput, signal?: AbortSignal): Promise<OperationView>;
  rollbackPlan(input: RollbackInput, signal?: AbortSignal): Promise<RollbackPlanView>;
  repairPlan(signal?: AbortSignal): Promise<RepairPlanView>;
  /** Returns when the operation is accepted: it goes on in the daemon. */
  upgrade(input: UpgradeInput, signal?: AbortSignal): Promise<OperationView>;
  rollback(input: RollbackInput, signal?: AbortSignal): Promise<OperationView>;
  repair(signal?: AbortSignal): Promise<OperationView>;
  /** The last lines of the log of what runs, oldest first: of one service, or of all. */
  log(wanted: LogWanted, signal?: AbortSignal): Promise<LogLineView[]>;
  /** As `log`, then each line that comes, until what runs ends or the signal aborts. */
  followLog(wanted: LogWanted, signal: AbortSignal): AsyncIterable<LogLineView>;
  /** Gives the gate of the running upgrade more time. */
  extendUpgrade(input: ExtendInput, signal?: AbortSignal): Promise<OperationView>;
  /** Returns when the running operation has begun to go back. */
  abortUpgrade(signal?: AbortSignal): Promise<OperationView>;
  /** Keeps the release that would go back by itself. */
  confirm(signal?: AbortSignal): Promise<ConfirmationView>;
  /** Whether the journal is sound, and its copies: also while it cannot be used. */
  journalCheck(signal?: AbortSignal): Promise<JournalReportView>;
  journalRestore(input: JournalRestoreInput, signal?: AbortSignal): Promise<JournalRestoredView>;
  /** Writes one file for whoever is to help. */
  makeTechSupport(signal?: AbortSignal): Promise<MadeTechSupportView>;
  cliReleases(signal?: AbortSignal): Promise<CliReleasesView>;
  /** All three hand the daemon over to the other release: see `cliReleases`. */
  updateCli(input: UpdateCliInput, signal?: AbortSignal): Promise<CliChangeAcceptedView>;
  rollbackCli(input: RollbackCliInput, signal?: AbortSignal): Promise<CliChangeAcceptedView>;
  installCli(input: InstallCliInput, signal?: AbortSignal): Promise<CliChangeAcceptedView>;
  /** The latest first. */
  notifications(signal?: AbortSignal): Promise<NotificationView[]>;
  testNotification(signal?: AbortSignal): Promise<NotificationTestView>;
  /** Whether the web console is on, and where. */
  console(signal?: AbortSignal): Promise<ConsoleView>;
  snapshots(signal?: AbortSignal): Promise<SnapshotView[]>;
  snapshot(id: string, signal?: AbortSignal): Promise<SnapshotDetailView>;
  deleteSnapshot(id: string, signal?: AbortSignal): Promise<JobView>;
  /** These reject where the same could not be done. */
  exportPlan(id: string, input: ExportInput, signal?: AbortSignal): Promise<ExportPlanView>;
  importPlan(input: ExportInput, signal?: AbortSignal): Promise<ImportPlanView>;
  /** Both go on in the daemon: see `job`. */
  exportSnapshot(id: string, input: ExportInput, signal?: AbortSignal): Promise<JobView>;
  importSnapshot(input: ImportInput, signal?: AbortSignal): Promise<JobView>;
  /** These three reject where the same could not be done. */
  exportBundlePlan(input: ExportBundleInput, signal?: AbortSignal): Promise<ExportBundlePlanView>;
  importBundlePlan(input: ImportBundleInput, signal?: AbortSignal): Promise<ImportBundlePlanView>;
  mirrorPlan(input: MirrorInput, signal?: AbortSignal): Promise<MirrorPlanView>;
  /** All three go on in the daemon: see `job`. */
  exportBundle(input: ExportBundleInput, signal?: AbortSignal): Promise<JobView>;
  importBundle(input: ImportBundleInput, signal?: AbortSignal): Promise<JobView>;
  mirror(input: MirrorInput, signal?: AbortSignal): Promise<JobView>;
  job(id: string, signal?: AbortSignal): Promise<JobView>;
  abortJob(id: string, signal?: AbortSignal): Promise<JobView>;
  restorePlan(input: RestoreInput, signal?: AbortSignal): Promise<RestorePlanView>;
  restore(input: RestoreInput, signal?: AbortSignal): Promise<OperationView>;
  movePlan(input: MoveInput, signal?: AbortSignal): Promise<MovePlanView>;
  move(input: MoveInput, signal?: AbortSignal): Promise<OperationView>;
  engineUpdatePlan(input: EngineUpdateInput, signal?: AbortSignal): Promise<ChangePlanView>;
  /** Goes on in the daemon. */
  updateEngines(input: EngineUpdateInput, signal?: AbortSignal): Promise<OperationView>;
  serviceEngines(signal?: AbortSignal): Promise<ServiceEngineView[]>;
  scalingPlan(input: ScalingInput, signal?: AbortSignal): Promise<ChangePlanView>;
  /** All three go on in the daemon. */
  scaleServiceEngines(input: ScalingInput, signal?: AbortSignal): Promise<OperationView>;
  engineRemovalPlan(name: string, signal?: AbortSignal): Promise<ChangePlanView>;
  removeServiceEngine(name: string, signal?: AbortSignal): Promise<OperationView>;
  /** Of one that a rollback has cut off, or of all of them: what `deleteOrphans` would remove. */
  orphanDeletion(name?: string, signal?: AbortSignal): Promise<OrphanDeletionView>;
  /** Goes on in the daemon: see `job`. */
  deleteOrphans(name?: string, signal?: AbortSignal): Promise<JobView>;
  resumePlan(signal?: AbortSignal): Promise<ChangePlanView>;
  resume(signal?: AbortSignal): Promise<OperationView>;
  /** Of all appliances, until the signal aborts. Begins with the operations that are running now. Ends when the daemon goes. */
  events(signal: AbortSignal): AsyncIterable<EventView>;
}
