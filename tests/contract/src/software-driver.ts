/**
 * The Vulkan driver that computes on the processor, with which WebGPU is tested in Node.
 *
 * Debian's Chromium brings SwiftShader. The variable LUCID_VULKAN_DRIVER names the JSON file of another driver, such as
 * lavapipe of Mesa, which is used from version 25 on (Dawn refuses version 22.3, that of Debian 12):
 *
 *   echo "deb http://deb.debian.org/debian bookworm-backports main" > /etc/apt/sources.list.d/backports.list
 *   apt-get update && apt-get install -t bookworm-backports mesa-vulkan-drivers
 *   LUCID_VULKAN_DRIVER=/usr/share/vulkan/icd.d/lvp_icd.json pnpm test:browser webgpu-node
 *
 * The two are different in what matters: SwiftShader treats subnormal numbers as 0, and lavapipe keeps them and merges
 * 0 and −0 in constants.
 */
import { existsSync } from "node:fs";
import { BackendError } from "@lucid/backend";

const SWIFTSHADER = "/usr/lib/chromium/vk_swiftshader_icd.json";

/**
 * Makes WebGPU use the driver. It has to be called before WebGPU is first used.
 *
 * @throws BackendError if the driver is missing.
 */
export function useSoftwareDriver(): void {
  const driver = process.env.LUCID_VULKAN_DRIVER ?? SWIFTSHADER;
  process.env.VK_ICD_FILENAMES = driver;
  if (existsSync(driver)) return;
  throw new BackendError("useSoftwareDriver", `there is no driver at ${driver}`, ["webgpu"], {
    rule: "WebGPU is tested on a driver that computes on the processor",
    remedy: "apt-get install chromium libvulkan1, or name another driver in the variable LUCID_VULKAN_DRIVER",
  });
}
