/** The pages, in the order of the navigation. The first is what a visitor opens. */
import type { ComponentType } from "preact";

export interface Route {
  /** What stands behind `#/`. */
  readonly path: string;
  /** In the navigation, and in the document's title. */
  readonly title: string;
  /** The page's component, in a chunk of its own. */
  load(): Promise<ComponentType>;
}

export const routes: readonly Route[] = [
  {
    path: "regression",
    title: "Robust regression",
    load: async () => (await import("../pages/regression/page.js")).RegressionPage,
  },
  {
    path: "digits",
    title: "Digits",
    load: async () => (await import("../pages/digits/page.js")).DigitsPage,
  },
  {
    path: "backends",
    title: "Backends",
    load: async () => (await import("../pages/backends/page.js")).BackendsPage,
  },
  {
    path: "examples",
    title: "Documentation examples",
    load: async () => (await import("../pages/examples/page.js")).ExamplesPage,
  },
];
