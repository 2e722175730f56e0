"""The peer of prep-at-scale: decodes and resizes all JPEGs below a folder in two processes. Needs Debian's python3-pil."""
import pathlib
import sys
import time
from multiprocessing import Pool

from PIL import Image


def decode(path):
    with Image.open(path) as image:
        return image.convert("RGB").resize((64, 64), Image.BILINEAR).tobytes()


if __name__ == "__main__":
    folder, output = sys.argv[1:]
    paths = sorted(pathlib.Path(folder).rglob("*.jpg"))
    with Pool(2) as pool:
        started = time.monotonic()
        with open(output, "wb") as file:
            for pixels in pool.imap(decode, paths, chunksize=64):
                file.write(pixels)
        print(time.monotonic() - started)
