/** `note`: nothing is at risk. `warning`: somebody should look. `alarm`: data is at risk, or gone. */
export type DriftLevel = 'note' | 'warning' | 'alarm';

/** Something on the host that is not as the journal has it. */
export interface Drift {
  code: DriftCode;
  level: DriftLevel;
  /** Tells two of one kind apart: a service, a mount, a release. */
  subject: string;
  message: string;
  /** What to type next. */
  hint: string;
}

export type DriftCode =
  | 'container-removed'
  | 'container-replaced'
  | 'container-renamed'
  | 'name-taken'
  | 'container-stopped'
  | 'container-paused'
  | 'container-failing'
  | 'restart-policy'
  | 'limits'
  | 'image-gone'
  | 'data-gone'
  | 'data-replaced'
  | 'data-displaced'
  | 'frozen-started'
  | 'frozen-on-live-data'
  | 'frozen-would-start'
  | 'frozen-container-gone'
  | 'frozen-image-gone'
  | 'frozen-data-gone';

/** What one drift is known by, from one look to the next. */
export const driftKey = ({ code, subject }: Drift): string => `${code} ${subject}`;
