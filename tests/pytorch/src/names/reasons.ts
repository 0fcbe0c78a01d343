/**
 * Why lucid lacks names of PyTorch, and which names are called otherwise. The only place where such things are written
 * down; what is in neither table, and not in lucid, is listed as not there yet.
 */

/** A group of names that lucid leaves out on purpose. */
export interface Group {
  readonly title: string;
  /** Why, and what to use instead. */
  readonly reason: string;
  readonly names: RegExp;
  /** The namespaces to which it applies; default all. */
  readonly only?: readonly string[];
}

/** The first group that fits counts. Names stand without their namespace. */
export const groups: readonly Group[] = [
  {
    title: "Functions that write in place",
    reason: "They are methods of tensors: `x.abs_()`. An activation is a function alone: `x = functional.celu(x)`.",
    names: /_$/,
    only: ["torch", "torch.nn.functional"],
  },
  {
    title: "Complex numbers",
    reason: "There is no complex element type. Where PyTorch returns complex numbers, lucid has pairs of real ones.",
    names:
      /^(is_)?(complex|conj|conj_physical|real|imag|angle|polar|resolve_conj|resolve_neg|view_as_complex|view_as_real|sgn|cfloat|cdouble|chalf|isreal|neg_view|is_neg|adjoint|H|mH|vdot)(_|_copy)?$/,
  },
  {
    title: "Sparse and nested tensors",
    reason: "All tensors are dense. `SparseAdam` and `Embedding` work with dense gradients.",
    names:
      /sparse(?!_$|$)|^(to_sparse|is_sparse|coalesce|is_coalesced|indices|values|crow_indices|col_indices|ccol_indices|row_indices|dense_dim|hspmm|smm|spmm|saddmm|sspaddmm|dsmm|hsmm|to_dense|to_padded_tensor|is_nested|indices_copy|values_copy|(crow|col|ccol|row)_indices_copy|segment_reduce)/,
  },
  {
    title: "Quantised tensors",
    reason: "There are no quantised element types.",
    names: /quant|^q_|^(int_repr|qscheme|dequantize|fbgemm_)/,
  },
  {
    title: "Devices and their libraries",
    reason:
      "A tensor is on a backend: `x.to(backend)`. What CUDA, cuDNN, MKL and other libraries offer has no counterpart; backends choose their kernels themselves.",
    names:
      /cuda|cudnn|mkldnn|miopen|vulkan|^(is_)?(cpu|xpu|mps|ipu|meta|ort|get_device|pin_memory|is_pinned|xla|hpu)$|^(batch_norm_(stats|elemt|gather|backward|update)|set_float32_matmul_precision|get_float32_matmul_precision|set_flush_denormal|init_num_threads|DataParallel|SyncBatchNorm|convert_conv2d_weight_memory_format)/,
  },
  {
    title: "Distributed and shared memory",
    reason: "Programs run in one process. The wasm backend shares work among threads by itself.",
    names:
      /^(is_)?(distributed|share_memory|shared|split_module)(_)?$|num_(interop_)?threads|^(fork|wait)$|^is_distributed$/,
  },
  {
    title: "Named tensors",
    reason: "Dimensions have numbers, not names.",
    names: /^(align_(as|to|tensors)|names|has_names|rename|rename_|refine_names)$/,
  },
  {
    title: "The compiler and hooks for subclasses",
    reason: "There is no TorchScript; a JavaScript class is what it is.",
    names:
      /^(jit|import_ir|parse_|merge_type|unify_type|compile_|is_inference$|typename|read_vitals|set_vital|vitals_enabled|as_subclass|is_tensor_like|factory_kwargs|NestedIOFunction|Variable|skip_init|Uninitialized|Lazy|LockingLogger|ScriptMethod|autocast_|.*autocast|is_vulkan|cpp$|default_generator|set_anomaly_enabled|is_anomaly|is_warn_always|set_warn_always|can_cast|storage_type|typed_storage|untyped_storage|storage$|set_$|is_storage|is_set_to)/,
  },
  {
    title: "How tensors lie in memory",
    reason:
      "Memory is the backend's business: views have strides, but programs do not set them, nor resize a tensor, nor share memory with another library.",
    names:
      /^(as_strided|empty_strided|resize|storage_offset|data_ptr|element_size|nbytes|itemsize|from_file|frombuffer|from_numpy|numpy|is_same_size|set_default_tensor_type|new$|new_tensor_|contiguous_format|dim_order|_copy)|^(resize_as|resize_as_sparse)/,
  },
  {
    title: "Other element types",
    reason: "Element types are float32, float64, float16, bfloat16, int32, uint8 and bool.",
    names: /^(char|short|long)$/,
  },
  {
    title: "PyTorch's own steps",
    reason:
      "They are parts of other functions that PyTorch happens to show. Use the function without the prefix or suffix.",
    names:
      /^(native_|_|embedding_renorm_|unsafe_|norm_except_dim|nuclear_norm|frobenius_norm|convolution$|conv_tbc|grid_sampler|affine_grid_generator|choose_qparams|feature_dropout|fused_|rnn_(tanh|relu)(_cell)?$|gru(_cell)?$|lstm(_cell)?$|alpha_dropout_$|feature_alpha_dropout_$|dropout_$)|_with_indices$|(?<!index)_copy$/,
  },
  {
    title: "Deprecated names",
    reason: "PyTorch itself has newer names for them.",
    names:
      /^(upsample|upsample_bilinear|upsample_nearest|clip_grad_norm|constant|dirac|eye|kaiming_normal|kaiming_uniform|normal|orthogonal|sparse|uniform|xavier_normal|xavier_uniform|solve_ex|symeig|chain_matmul|range|Container|NLLLoss2d|CrossMapLRN2d|ger|orgqr|row_stack|volatile|lu_solve_)$/,
  },
];

/** Names that are called otherwise, by namespace and name, with what to write. */
export const otherNames: Readonly<Record<string, string>> = {
  "torch.is_tensor": "`x instanceof Tensor`",
  "torch.is_floating_point": '`x.dtype.startsWith("float")`',
  "torch.set_grad_enabled": "`noGrad(() => …)`, `enableGrad(() => …)`",
  "torch.autograd.set_grad_enabled": "`noGrad(() => …)`, `enableGrad(() => …)`",
  "torch.set_rng_state": "`setRandomState`",
  "torch.get_rng_state": "`getRandomState`",
  "torch.Size": "a list of numbers",
  "torch.set_default_dtype": "the option `dtype` of what makes a tensor",
  "torch.from_numpy": "`tensor(new Float32Array(…))`",
  "torch.scalar_tensor": "`tensor(number)`",
  "torch.numel": "`x.numel()`",
  "torch.is_nonzero": "`x.item() !== 0`",
  "torch.asarray": "`tensor`, which copies",
  "torch.autograd.Function": "`defineFunction`",
  "torch.autograd.backward": "`x.backward(…)`",
  "torch.autograd.grad": "`x.grad`, `grad(fn)`, `gradAsync`",
  "torch.autograd.functional.jvp": "`hvp`, `jacobian`",
  "torch.optim.swa_utils.AveragedModel": "`nn.utils.swaUtils.AveragedModel`",
  "torch.optim.swa_utils.update_bn": "`nn.utils.swaUtils.updateBn`, `updateBnAsync`",
  "torch.as_tensor": "`tensor`, which copies",
  "torch.detach": "`x.detach()`",
  "torch.fill": "`x.clone().fill_(value)`, `fullLike`",
  "torch.seed": "`manualSeed`",
  "torch.linalg.eigvals": "`eig`",
  "torch.linalg.matmul": "`matmul`",
  "torch.Tensor.grad_fn": "`x.isLeaf`",
  "torch.Tensor.is_nonzero": "`x.item() !== 0`",
  "torch.nn.utils.clip_grad_norm_": "`nn.utils.clipGradNorm_`, `clipGradNormAsync_`",
  "torch.Tensor.size": "`x.shape`",
  "torch.Tensor.dim": "`x.ndim`",
  "torch.Tensor.ndimension": "`x.ndim`",
  "torch.Tensor.nelement": "`x.numel()`",
  "torch.Tensor.tolist": "`x.arraySync()`, `await x.array()`",
  "torch.Tensor.numpy": "`x.dataSync()`, `await x.data()`",
  "torch.Tensor.device": "`x.backend`",
  "torch.Tensor.requires_grad": "`x.requiresGrad`",
  "torch.Tensor.data": "`x.detach()`",
  "torch.Tensor.cpu": "`x.to(backend)`, `await x.toAsync(backend)`",
  "torch.Tensor.cuda": "`x.to(backend)`, `await x.toAsync(backend)`",
  "torch.Tensor.type": "`x.dtype`, `x.to(dtype)`",
  "torch.Tensor.is_floating_point": '`x.dtype.startsWith("float")`',
  "torch.Tensor.stride": "`x.strides`",
  "torch.Tensor.new": "`x.newTensor(…)`",
};

/** Names that take or give something else than in PyTorch, by lucid's name, with the difference. */
export const otherSignatures: Readonly<Record<string, string>> = {
  "torch.block_diag": "takes a list of tensors",
  "torch.broadcast_tensors": "takes a list of tensors",
  "torch.cartesian_prod": "takes a list of tensors",
  "torch.meshgrid": "takes a list of tensors",
  "torch.einsum": "takes the equation and a list of tensors",
  "torch.unique_consecutive": "reads the values; on asynchronous backends `uniqueConsecutiveAsync`",
  "torch.unique": "sorts in any case; on asynchronous backends `uniqueAsync`",
  "torch.nonzero": "on asynchronous backends `nonzeroAsync`",
  "torch.masked_select": "on asynchronous backends `maskedSelectAsync`",
  "torch.tensor_split": "takes positions as numbers, not as a tensor",
  "torch.repeat_interleave": "takes the repeats as a number",
  "torch.no_grad": "runs a function: `noGrad(() => …)`",
  "torch.enable_grad": "runs a function: `enableGrad(() => …)`",
  "torch.inference_mode": "runs a function: `inferenceMode(() => …)`",
  "torch.autograd.no_grad": "runs a function: `noGrad(() => …)`",
  "torch.autograd.enable_grad": "runs a function: `enableGrad(() => …)`",
  "torch.autograd.inference_mode": "runs a function: `inferenceMode(() => …)`",
  "torch.autograd.detect_anomaly": "runs a function: `detectAnomaly(() => …)`",
  "torch.nn.Module":
    "modules are found in fields, lists, records, Maps and Sets; there is no `super().__init__()` to forget",
  "torch.Tensor.backward": "takes options: `{ gradient, retainGraph, createGraph }`",
  "torch.Tensor.item": "on asynchronous backends `itemAsync`",
};
