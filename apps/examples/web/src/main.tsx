/**
 * The web app: a shell (`shell/`), pages (`pages/`), and shared parts (`ui/`, `training/`).
 *
 * A page is a folder `pages/<name>/` whose `page.tsx` exports one component, and a row in `shell/routes.ts`. The browser
 * loads it when the visitor opens it. Its parts:
 *
 * - `page.tsx`: an `<h1>`, a sentence that explains the page, then `Panel`s. State is kept in signals. Styles are in
 *   `page.css` beside it and use the custom properties of `styles.css`; class names begin with the page's name.
 * - `state.ts`: signals for what the visitor chooses, so that it survives going to another page and back.
 * - `protocol.ts`: the page's `Protocol`: settings, snapshot and calls, all of them plain data.
 * - `worker.ts`: `serve<P>((settings) => session)`. Only workers import lucid, so that the main thread is free to draw. Import
 *   selectively (`@lucid/nn`, `@lucid/optim`, `@lucid/tensor/functions`), and choose the backend with `chooseBackend`.
 * - `useTraining<P>(() => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }))` in the component
 *   starts, stops and resets training; `.snapshot`, `.steps`, `.state` and `.error` are signals. Show `.error` with
 *   `ErrorText` where the error happened. A step should take a few milliseconds; a stop is noticed every 12.
 * - Parts without a DOM (data, geometry) have unit tests beside them (`*.test.ts`, run by the root's `pnpm test`). The page
 *   itself is tested in Chromium and Firefox in `test/<name>.browser.ts` (`pnpm test:web`).
 *
 * Pass values that change many times a second as signals, and read them in the part that shows them, so that the page itself
 * renders only when the visitor does something. `Source` shows the code of `session.ts`.
 *
 * Everything works by keyboard, has a label, and works without eval or says which directive it needs
 * (`shell/environment.ts`). Colours come from custom properties only, in canvases through `ui/theme.ts`.
 *
 * @module
 */
import { render } from "preact";
import { Shell } from "./shell/shell.js";
import "./styles.css";

render(<Shell />, document.getElementById("app")!);
