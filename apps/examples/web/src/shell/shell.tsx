/** What surrounds every page: name, navigation, and what the page runs on. */
import type { JSX } from "preact";
import { isIsolated } from "./environment.js";
import { Router, route } from "./router.js";
import { routes } from "./routes.js";

export function Shell(): JSX.Element {
  return (
    <>
      <button type="button" class="skip" onClick={() => document.querySelector<HTMLElement>("main")?.focus()}>
        Skip to the page
      </button>
      <header class="masthead">
        <a class="name" href={`#/${routes[0]!.path}`}>
          lucid
        </a>
        <nav aria-label="Examples">
          {routes.map(({ path, title }) => (
            <a key={path} href={`#/${path}`} aria-current={route.value.path === path ? "page" : undefined}>
              {title}
            </a>
          ))}
        </nav>
      </header>
      <main id="main" tabIndex={-1}>
        <Router />
      </main>
      <footer class="colophon">
        <p>
          Everything here is computed in this page, in a worker, by lucid.{" "}
          {isIsolated()
            ? "The page is cross-origin isolated: threads can share memory."
            : "The page is not cross-origin isolated (headers COOP and COEP): one thread computes."}
        </p>
      </footer>
    </>
  );
}
