/**
 * Importing this module switches automatic differentiation on.
 *
 * @module
 */
import { installRecorder } from "@lucid/tensor/extend";
import { recorder } from "./recorder.js";

installRecorder(recorder);
