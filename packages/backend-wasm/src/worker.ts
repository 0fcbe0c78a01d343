/**
 * `@lucid/backend-wasm/worker`: what a worker runs, as a script of its own, for pages whose content security policy forbids
 * scripts made from text. Its address is the option `workerUrl` of `createWasmBackend`.
 *
 * @packageDocumentation
 */
import { type Participant, participate } from "./threads/participate.js";

(globalThis as { onmessage?: (event: { readonly data: Participant }) => void }).onmessage = ({ data }) => {
  participate(data);
};
