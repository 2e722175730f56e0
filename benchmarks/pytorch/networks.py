"""The networks of src/training/architectures in PyTorch, with the same layer names, so that weights can be carried over."""
from torch import nn


def build(architecture, parameters, image, classes):
    """A network from [N, channels, height, width] floats 0..1 to logits [N, classes]."""
    height, width, channels = image
    make = {"lenet": lenet, "vgg-bn": vgg_bn, "mobilenet-like": mobilenet_like}[architecture]
    return make(parameters, height, width, channels, classes)


def lenet(parameters, height, width, channels, classes):
    filters, kernel, units = (parameters[name] for name in ("filters", "kernel", "units"))
    left = [(((side - kernel + 1) // 2) - kernel + 1) // 2 for side in (height, width)]
    return named(
        ("conv1", nn.Conv2d(channels, filters, kernel)),
        ("conv1-relu", nn.ReLU()),
        ("pool1", nn.MaxPool2d(2)),
        ("conv2", nn.Conv2d(filters, 2 * filters, kernel)),
        ("conv2-relu", nn.ReLU()),
        ("pool2", nn.MaxPool2d(2)),
        ("flatten", nn.Flatten()),
        ("hidden", nn.Linear(2 * filters * left[0] * left[1], units)),
        ("hidden-relu", nn.ReLU()),
        ("classes", nn.Linear(units, classes)),
    )


def vgg_bn(parameters, height, width, channels, classes):
    layers = []
    for block in range(1, parameters["blocks"] + 1):
        filters = parameters["filters"] * 2 ** (block - 1)
        for number in range(1, parameters["convolutions"] + 1):
            layers += normalised(f"block{block}-conv{number}", channels, filters, relu=nn.ReLU)
            channels = filters
        layers.append((f"block{block}-pool", nn.MaxPool2d(2)))
    return named(*layers, *mean_head(channels, classes))


STAGES = [(16, 1, 1), (24, 2, 2), (32, 3, 2), (64, 4, 2), (96, 3, 1), (160, 3, 2), (320, 1, 1)]


def mobilenet_like(parameters, height, width, channels, classes):
    scaled = lambda filters: rounded(filters * parameters["width"])
    layers = normalised("stem", channels, scaled(32), stride=2, relu=nn.ReLU6)
    channels = scaled(32)
    shapes = [(filters, stride if n == 0 else 1) for filters, count, stride in STAGES for n in range(count)]
    for index, (filters, stride) in enumerate(shapes[: parameters["blocks"]]):
        expansion = 1 if index == 0 else parameters["expansion"]
        layers.append((f"block{index + 1}", InvertedResidual(f"block{index + 1}", channels, scaled(filters), stride, expansion)))
        channels = scaled(filters)
    if parameters["headFilters"] > 0:
        layers += normalised("head", channels, parameters["headFilters"], kernel=1, relu=nn.ReLU6)
        channels = parameters["headFilters"]
    return named(*layers, *mean_head(channels, classes))


class InvertedResidual(nn.Module):
    def __init__(self, name, channels, filters, stride, expansion):
        super().__init__()
        self.has_shortcut = stride == 1 and channels == filters
        inner = channels * expansion
        expand = normalised(f"{name}-expand", channels, inner, kernel=1, relu=nn.ReLU6) if expansion > 1 else []
        self.branch = named(
            *expand,
            *normalised(f"{name}-depthwise", inner, inner, stride=stride, groups=inner, relu=nn.ReLU6),
            *normalised(f"{name}-project", inner, filters, kernel=1),
        )

    def forward(self, maps):
        return maps + self.branch(maps) if self.has_shortcut else self.branch(maps)


def normalised(name, channels, filters, kernel=3, stride=1, groups=1, relu=None):
    convolution = nn.Conv2d(channels, filters, kernel, stride, padding=kernel // 2, groups=groups, bias=False)
    layers = [(name, convolution), (f"{name}-norm", nn.BatchNorm2d(filters, eps=1e-3, momentum=0.1))]
    return layers if relu is None else [*layers, (f"{name}-relu", relu(inplace=True))]


def mean_head(channels, classes):
    return ("mean", nn.AdaptiveAvgPool2d(1)), ("flatten", nn.Flatten()), ("classes", nn.Linear(channels, classes))


def named(*layers):
    stack = nn.Sequential()
    for name, layer in layers:
        stack.add_module(name, layer)
    return stack


def rounded(filters):
    nearest = max(8, int(filters + 4) // 8 * 8)
    return nearest + 8 if nearest < 0.9 * filters else nearest
