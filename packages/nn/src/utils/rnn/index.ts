/**
 * Sequences of different lengths.
 *
 * Source: torch.nn.utils.rnn.
 *
 * @module
 */
export {
  type PackSequenceOptions,
  type PadSequenceOptions,
  packSequence,
  padSequence,
  type UnpadSequenceOptions,
  unpackSequence,
  unpadSequence,
} from "./lists.js";
export {
  type PackedSequence,
  type PackPaddedOptions,
  type PadPackedOptions,
  packPaddedSequence,
  padPackedSequence,
} from "./packed-sequence.js";
