/**
 * The conformance suite on WebGPU in Node: the npm package `webgpu`, over the software driver that Debian's Chromium
 * brings.
 */
import { testBackend } from "@lucid/backend-conformance";
import { createSoftwareBackend } from "./software-webgpu.js";

testBackend({ create: createSoftwareBackend });
