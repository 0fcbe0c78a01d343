/** Shows the page that the address names. A page is loaded when it is opened for the first time. */
import { signal, useSignal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { errorText } from "../training/protocol.js";
import { ErrorText } from "../ui/error-text.js";
import { type Route, routes } from "./routes.js";

function routeOfAddress(): Route {
  const path = location.hash.replace(/^#\/?/, "").split("?")[0];
  return routes.find((route) => route.path === path) ?? routes[0]!;
}

/** The page that is shown. */
export const route = signal<Route>(routeOfAddress());

addEventListener("hashchange", () => {
  const next = routeOfAddress();
  if (next === route.value) return;
  route.value = next;
  scrollTo(0, 0);
  // Screen readers announce the element that receives the focus.
  document.querySelector<HTMLElement>("main")?.focus({ preventScroll: true });
});

const loaded = new Map<Route, ComponentType>();

export function Router(): JSX.Element {
  const current = route.value;
  const error = useSignal<string | undefined>(undefined);
  const arrived = useSignal(0);

  useEffect(() => {
    document.title = `${current.title} · lucid`;
    error.value = undefined;
    if (loaded.has(current)) return;
    current.load().then(
      (component) => {
        loaded.set(current, component);
        arrived.value++;
      },
      (thrown: unknown) => {
        error.value = errorText(thrown);
      },
    );
  }, [current, error, arrived]);

  // Reading the signal makes this component render again when a page has been loaded.
  arrived.value;
  const Page = loaded.get(current);
  if (error.value !== undefined) return <ErrorText text={`This page could not be loaded. ${error.value}`} />;
  if (Page === undefined) return <p class="quiet">Loading …</p>;
  return <Page key={current.path} />;
}
