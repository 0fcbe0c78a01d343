"""Recurrent layers and cells, with a state of PyTorch's names: values, gradients, last states, packed sequences."""
import torch
from torch.nn.utils import rnn

from .common import F32, F64, Layer, Samples, Subject, options

TYPES = {F32: "float32", F64: "float64"}


def flat(value):
    return [value] if isinstance(value, torch.Tensor) else [x for item in value for x in flat(item)]


def states_of(s, module, dtype):
    return {name: s.uniform(list(value.shape), -1, 1, dtype) for name, value in module.state_dict().items()}


def sequences(subject, dtype):
    s = Samples("recurrent")

    def case(name, given, shape, *, initial=False, lengths=None, sort=True):
        module = getattr(torch.nn, name)(2, 3, **options(given)).to(dtype)
        state = states_of(s, module, dtype)
        layer = Layer([2, 3, {**given, "dtype": TYPES[dtype]}], **state)
        names = module._flat_weights_names
        batch = [] if len(shape) == 2 else [shape[0 if given.get("batchFirst") else 1]]
        count = given.get("numLayers", 1) * (2 if given.get("bidirectional") else 1)
        sizes = [given.get("projSize") or 3, 3] if name == "LSTM" else [3]
        hx = [s.uniform([count, *batch, size], -1, 1, dtype) for size in sizes] if initial else []
        hx = hx if name == "LSTM" or not hx else hx[0]

        def call(x, *rest):
            *given_state, own = rest
            module.eval()
            module._flat_weights = [own[key] for key in names]
            arguments = [tuple(h) if isinstance(h, list) else h for h in given_state]
            if lengths is None:
                return flat(module(x, *arguments))
            first = bool(given.get("batchFirst"))
            packed = rnn.pack_padded_sequence(x, lengths, batch_first=first, enforce_sorted=sort)
            output, last = module(packed, *arguments)
            return flat([rnn.pad_packed_sequence(output, batch_first=first)[0], last])

        arguments = [s.uniform(shape, -1, 1, dtype), *([hx] if initial else []), layer]
        if lengths is not None:
            arguments = [{"lengths": lengths, "enforceSorted": sort}, *arguments]
            subject.case(f"{name} of packed sequences", lambda _, *rest: call(*rest), arguments)
        else:
            subject.case(name, call, arguments)

    for name in ["RNN", "LSTM", "GRU"]:
        case(name, {}, [3, 2, 2])
        if dtype == F32:
            case(name, {"numLayers": 2, "bidirectional": True}, [2, 2, 2], initial=True)
            continue
        case(name, {"bias": False}, [2, 2], initial=True)
        case(name, {}, [3, 2])
        case(name, {"batchFirst": True, "numLayers": 2, "dropout": 0.5}, [2, 3, 2], initial=True)
        case(name, {"bidirectional": True, "numLayers": 2}, [2, 2, 2], initial=True)
        case(name, {"bidirectional": True}, [3, 3, 2], lengths=[3, 2, 1], initial=True)
        case(name, {"batchFirst": True, "numLayers": 2}, [3, 3, 2], lengths=[2, 3, 1], sort=False, initial=True)
        case(name, {"bidirectional": True}, [3, 3, 2], lengths=[1, 3, 3], sort=False)
    case("RNN", {"nonlinearity": "relu"}, [2, 2, 2], initial=True)
    if dtype == F64:
        case("LSTM", {"projSize": 2, "numLayers": 2}, [2, 2, 2], initial=True)
        case("LSTM", {"projSize": 1, "bidirectional": True}, [2, 2, 2])


def cells(subject, dtype):
    s = Samples("cells")
    for name in ["RNNCell", "LSTMCell", "GRUCell"]:
        for given in [{}, {"bias": False}, *([{"nonlinearity": "relu"}] if name == "RNNCell" else [])]:
            for batch in [[2], []]:
                module = getattr(torch.nn, name)(2, 3, **options(given)).to(dtype)
                layer = Layer([2, 3, {**given, "dtype": TYPES[dtype]}], **states_of(s, module, dtype))
                x = s.uniform([*batch, 2], -1, 1, dtype)
                state = lambda: s.uniform([*batch, 3], -1, 1, dtype)
                hx = [state(), state()] if name == "LSTMCell" else state()

                def call(x, *rest, module=module):
                    *hx, own = rest
                    hx = [tuple(h) if isinstance(h, list) else h for h in hx]
                    return flat(torch.nn.utils.stateless.functional_call(module, own, (x, *hx)))

                subject.case(name, call, [x, hx, layer])
                if not given:
                    subject.case(name, call, [x, layer])


def lists(subject):
    s = Samples("sequences")
    given = lambda: [s.uniform([length, 2]) for length in [3, 1, 2]]
    for more in [{}, {"batchFirst": True, "paddingValue": -1}]:
        subject.case("padSequence", lambda x, o={}: rnn.pad_sequence(x, **options(o)), [given(), more])
    pad = lambda x, lengths, o: rnn.pack_padded_sequence(x, lengths, **options(o)).data
    for more in [{"enforceSorted": False}, {"batchFirst": True, "enforceSorted": False}]:
        subject.case("packPaddedSequence", pad, [s.uniform([3, 3, 2]), [1, 3, 2], more])
    subject.case("packPaddedSequence", pad, [s.uniform([3, 3]), [3, 2, 2], {}])
    subject.case("packPaddedSequence", pad, [s.uniform([3, 3]), [1, 2, 2], {}], error=True)
    subject.case("packPaddedSequence", pad, [s.uniform([3, 3]), [3, 2, 0], {}], error=True)
    for more in [{}, {"batchFirst": True, "paddingValue": -1, "totalLength": 4}]:
        both = lambda x, o: rnn.pad_packed_sequence(rnn.pack_sequence(x, enforce_sorted=False), **options(o))[0]
        subject.case("padPackedSequence", both, [given(), more])
    subject.case("packSequence", lambda x, o: rnn.pack_sequence(x, **options(o)).data, [given(), {"enforceSorted": False}])
    subject.case("unpadSequence", lambda x, n: rnn.unpad_sequence(x.clone(), torch.tensor(n)), [s.uniform([3, 3, 2]), [1, 3, 2]])
    subject.case("unpackSequence", lambda x: rnn.unpack_sequence(rnn.pack_sequence(x, enforce_sorted=False)), [given()])


def generate():
    subject = Subject("recurrent")
    for dtype in [F64, F32]:
        sequences(subject, dtype)
        cells(subject, dtype)
    lists(subject)
    return subject.write()
