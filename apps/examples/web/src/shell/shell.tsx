/** The frame around every page: the name, the navigation and the footer. */
import type { JSX } from "preact";
import { isIsolated } from "./environment.js";
import { Router, route } from "./router.js";
import { routes } from "./routes.js";

export function Shell(): JSX.Element {
  return (
    <>
      <button type="button" class="skip" onClick={() => document.querySelector<HTMLElement>("main")?.focus()}>
        Skip to the content
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
          Lucid computes everything here in a worker of this page.{" "}
          {isIsolated()
            ? "The page is cross-origin isolated, so threads can share memory."
            : "The page is not cross-origin isolated (the headers COOP and COEP are missing), so lucid uses one thread."}
        </p>
      </footer>
    </>
  );
}
