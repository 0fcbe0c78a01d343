/** The custom properties of `styles.css`, for canvases, which cannot use them by name. */
import { type ReadonlySignal, signal } from "@preact/signals";

/** Colours that tell series apart. Each has a dash pattern as well, for people who cannot tell the colours apart. */
export type SeriesColour = 1 | 2 | 3 | 4;

export interface Theme {
  readonly surface: string;
  readonly ink: string;
  readonly quiet: string;
  readonly line: string;
  readonly accent: string;
  readonly font: string;
  readonly series: Readonly<Record<SeriesColour, string>>;
}

/** Solid, dashed, solid, dotted, in lengths of dash and gap. */
export const dashes: Readonly<Record<SeriesColour, readonly number[]>> = { 1: [], 2: [8, 4], 3: [], 4: [5, 7] };

function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const property = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    surface: property("surface"),
    ink: property("ink"),
    quiet: property("quiet"),
    line: property("line"),
    accent: property("accent"),
    font: property("font"),
    series: {
      1: property("series-1"),
      2: property("series-2"),
      3: property("series-3"),
      4: property("series-4"),
    },
  };
}

const current = signal(readTheme());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  current.value = readTheme();
});

/** The current theme, light or dark as the visitor prefers. Read `.value` where you draw. */
export const theme: ReadonlySignal<Theme> = current;

/** Whether the visitor asked for less motion. Pages then show results instead of animations. */
export function prefersReducedMotion(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
