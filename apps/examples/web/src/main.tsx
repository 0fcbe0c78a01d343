/**
 * The web app: a shell (`shell/`), pages (`pages/`), and what they share (`ui/`, `training/`).
 *
 * A page is a folder `pages/<name>/` whose `page.tsx` exports one component, and a row in `shell/routes.ts`; its chunk
 * loads when the page is opened. Its parts:
 *
 * - `page.tsx`: an `<h1>`, a sentence on what one sees, then `Panel`s. State is signals. Component styles in `page.css`
 *   beside it, on the custom properties of `styles.css`; class names begin with the page's name.
 * - `protocol.ts`: the page's `Protocol`: settings, snapshot, calls; plain data.
 * - `worker.ts`: `serve<P>((settings) => session)`. lucid is imported here and nowhere else: the main thread draws. Import
 *   selectively (`@lucid/nn`, `@lucid/optim`, `@lucid/tensor/core`), and choose the backend with `chooseBackend`.
 * - `useTraining<P>(() => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }))` in the component
 *   starts, stops, resets; `.snapshot`, `.steps`, `.state`, `.error` are signals. Show `.error` with `ErrorText` where it
 *   happened. Keep one step under a few milliseconds; stop is heard every 12.
 * - Pure parts (data, geometry) in files without DOM, tested beside themselves (`*.test.ts`, by the root's `pnpm test`);
 *   the page itself in `test/<name>.browser.ts`, in Chromium (`pnpm test:web`).
 *
 * - What changes many times a second goes down as a signal and is read by the part that shows it: the page itself draws again
 *   only for what the visitor does. `Source` shows the code of `session.ts`, to be copied from.
 *
 * Everything works by keyboard, has a label, and does without eval or says which directive it needs
 * (`shell/environment.ts`). Colours come from custom properties only; in canvases through `ui/theme.ts`.
 *
 * @module
 */
import { render } from "preact";
import { Shell } from "./shell/shell.js";
import "./styles.css";

render(<Shell />, document.getElementById("app")!);
