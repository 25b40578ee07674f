"""The graph of an OpenVINO model, from the .xml file of its IR."""

from pathlib import Path

from lightboard import SummaryWriter

MODEL = Path(__file__).parents[1] / "testdata" / "models" / "matmul.xml"

with SummaryWriter("runs/add_openvino_graph") as writer:
    writer.add_openvino_graph(MODEL)
