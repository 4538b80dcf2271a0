const SVG = 'http://www.w3.org/2000/svg';

/** Drawn on 16 by 16, in strokes of the text's colour. */
const PATHS = {
  done: 'M3 8.5l3.2 3.2L13 4.8',
  failed: 'M4 4l8 8M12 4l-8 8',
  back: 'M6 3L2.5 6.5L6 10M2.5 6.5H10a3.5 3.5 0 0 1 0 7H6.5',
  running: 'M8 2a6 6 0 1 1-5.6 3.9',
  pending: 'M8 7.4a.6.6 0 1 0 0 1.2a.6.6 0 1 0 0-1.2',
  skipped: 'M4.5 8h7',
  attention: 'M8 2.2L14.4 13.4H1.6zM8 6.4v3.2M8 11.4v.3',
  up: 'M8 13V3.5M4 7.2l4-4l4 4',
} as const;

export type IconName = keyof typeof PATHS;

/** For the eye only: what it says is beside it in words. */
export function icon(name: IconName, label?: string): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', `icon icon-${name}`);
  if (label === undefined) svg.setAttribute('aria-hidden', 'true');
  else {
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', label);
  }
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}
