/** The script of the wasm backend's workers for pages whose policy forbids scripts made from text. */
import "@lucid/backend-wasm/worker";
