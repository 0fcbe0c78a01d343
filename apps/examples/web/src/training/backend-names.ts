/** The backends that train, as the visitor chooses them. */
export type BackendName = "cpu" | "wasm" | "webgpu";

export const backendNames: Readonly<Record<BackendName, string>> = { cpu: "cpu", wasm: "wasm", webgpu: "webgpu" };
