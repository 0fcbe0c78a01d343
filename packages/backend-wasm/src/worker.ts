/**
 * `@lucid/backend-wasm/worker`: the program of a worker as a script, for pages whose content security policy forbids
 * scripts that are made from text. Its address is the option `workerUrl` of `createWasmBackend`.
 *
 * @packageDocumentation
 */
import { type Participant, participate } from "./threads/participate.js";

(globalThis as { onmessage?: (event: { readonly data: Participant }) => void }).onmessage = ({ data }) => {
  participate(data);
};
