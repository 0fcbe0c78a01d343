/** What the wasm backend's workers run where a policy forbids scripts made from text. */
import "@lucid/backend-wasm/worker";
