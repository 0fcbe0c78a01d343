/** The custom properties of `styles.css` for canvases, which cannot use them by name. */
import { type ReadonlySignal, signal } from "@preact/signals";

/** Colours that tell series apart; each has its dash pattern too, for eyes that cannot. */
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

/** Solid, dashed, solid, dotted: 3 and 4 can lie on each other and both be seen. */
export const dashes: Readonly<Record<SeriesColour, readonly number[]>> = { 1: [], 2: [8, 4], 3: [], 4: [2, 6] };

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

/** Follows the visitor's preference. Read `.value` where you draw. */
export const theme: ReadonlySignal<Theme> = current;

/** Whether the visitor asked for less motion: show results rather than the way to them. */
export function prefersReducedMotion(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
