"""The PyTorch side of the benchmarks: answers each line of JSON on standard input with one on standard output."""
import json
import sys
import time

import numpy
import torch
from torch.nn import functional

import networks

ADAM = {"betas": (0.9, 0.999), "eps": 1e-7}


class Peer:
    def open(self, architecture, parameters, image, classes, threads=1):
        torch.set_num_threads(threads)
        torch.manual_seed(1)
        self.image, self.classes = image, classes
        self.network = networks.build(architecture, parameters, image, classes)
        self.network.train()
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=1e-3, **ADAM)
        weights = sum(weight.numel() for weight in self.network.parameters())
        return {"weights": weights, "version": torch.__version__}

    def fill(self, batch):
        """A batch of random images, as floats in PyTorch's own layout."""
        height, width, channels = self.image
        self.batch = torch.rand(batch, channels, height, width), torch.randint(0, self.classes, (batch,))
        return {}

    def time(self):
        """One step on that batch: wall and CPU time in ms."""
        wall, cpu = time.perf_counter(), time.process_time()
        self.step(*self.batch)
        return {"wallMs": 1e3 * (time.perf_counter() - wall), "cpuMs": 1e3 * (time.process_time() - cpu)}

    def load(self, weights, train, test):
        """Weights as {name, shape, file} in our layouts; images uint8 [N, height, width, channels], labels int32."""
        layers = dict(self.network.named_modules())
        by_name = {name.rsplit(".", 1)[-1]: layer for name, layer in layers.items()}
        for entry in weights:
            layer, role = entry["name"].rsplit("/", 1)
            values = numpy.fromfile(entry["file"], dtype="<f4").reshape(entry["shape"])
            with torch.no_grad():
                target_of(by_name[layer], role).copy_(torch.from_numpy(numpy.ascontiguousarray(as_torch(values, role))))
        self.train, self.test = (self.samples(**split) for split in (train, test))
        return {}

    def samples(self, images, labels):
        pixels = numpy.fromfile(images, dtype=numpy.uint8).reshape(-1, *self.image).transpose(0, 3, 1, 2)
        values = numpy.ascontiguousarray(pixels, dtype=numpy.float32) / 255
        return torch.from_numpy(values), torch.from_numpy(numpy.fromfile(labels, dtype="<i4").astype(numpy.int64))

    def epoch(self, order, batch, learningRate):
        """Trains on the images in that order; gives the mean loss and the accuracy on the test images."""
        for group in self.optimizer.param_groups:
            group["lr"] = learningRate
        images, labels = self.train
        loss = 0.0
        for start in range(0, len(order), batch):
            rows = torch.tensor(order[start : start + batch])
            loss += self.step(images[rows], labels[rows]) * len(rows)
        return {"loss": loss / len(order), "accuracy": self.accuracy(*self.test)}

    def accuracy(self, images, labels):
        self.network.eval()
        with torch.no_grad():
            correct = sum(
                (self.network(images[start : start + 250]).argmax(1) == labels[start : start + 250]).sum().item()
                for start in range(0, len(labels), 250)
            )
        self.network.train()
        return correct / len(labels)

    def step(self, images, labels):
        self.optimizer.zero_grad()
        loss = functional.cross_entropy(self.network(images), labels)
        loss.backward()
        self.optimizer.step()
        return loss.item()


ROLES = {"gamma": "weight", "beta": "bias", "bias": "bias", "moving_mean": "running_mean", "moving_variance": "running_var"}


def target_of(layer, role):
    return getattr(layer, ROLES.get(role, "weight"))


def as_torch(values, role):
    """[height, width, in, out] as [out, in, height, width], depthwise [height, width, channels, 1] as [channels, 1, height, width]."""
    if role == "depthwise_kernel":
        return values.transpose(2, 3, 0, 1)
    if role != "kernel":
        return values
    return values.transpose(3, 2, 0, 1) if values.ndim == 4 else values.T


def main():
    peer = Peer()
    for line in sys.stdin:
        request = json.loads(line)
        answer = getattr(peer, request.pop("do"))(**request)
        print(json.dumps(answer), flush=True)


main()
