/**
 * `@lucid/backend/nursery`: memory for backends whose heap no garbage collector sees, such as WebAssembly memory.
 *
 * @packageDocumentation
 */
export type { Collector } from "./collector.js";
export { type GrowableHeap, type GrowableMemory, memoryHeap, type NurseryHeap } from "./heap.js";
export type { Lease as NurseryLease } from "./lease.js";
export { LeasedSpace, type LeasedSpaceOptions } from "./leased-space.js";
export { Nursery, type NurseryOptions, type NurseryStatistics } from "./nursery.js";
export type { NurserySlot } from "./slot.js";
export { type Block, blockSize, Space } from "./space.js";
