"""The graph of an ONNX model, from its file alone."""

from pathlib import Path

from lightboard import SummaryWriter

MODEL = Path(__file__).parents[1] / "testdata" / "models" / "convolution.onnx"

with SummaryWriter("runs/add_onnx_graph") as writer:
    writer.add_onnx_graph(MODEL)
