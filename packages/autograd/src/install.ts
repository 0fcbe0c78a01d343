/**
 * Importing this module switches automatic differentiation on.
 *
 * @module
 */
import { installRecorder } from "@lucid/tensor/core";
import { recorder } from "./recorder.js";

installRecorder(recorder);
