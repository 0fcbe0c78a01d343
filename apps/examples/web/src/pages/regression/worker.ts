import { createCpuBackend } from "@lucid/backend-cpu";
import { setDefaultBackend } from "@lucid/tensor/functions";
import { serve } from "../../training/serve.js";
import type { RegressionProtocol } from "./protocol.js";
import { createSession } from "./session.js";

setDefaultBackend(createCpuBackend());
serve<RegressionProtocol>(createSession);
