"""What the run is set to, from the settings that the program has anyway."""

from lightboard import SummaryWriter

settings = {
    "lr": 1e-3,
    "model": {"layers": 12, "activation": "gelu"},
    "data": {"path": "/data/wiki", "shuffle": True},
}

with SummaryWriter("runs/config") as writer:
    writer.config(settings)
    for step in range(100):
        writer.add_scalar("loss", 1 / (1 + step), step)
