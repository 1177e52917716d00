"""The page of `lora explore` in headless Chromium: numbers, keys, touch, themes, screenshots.

    python explore_page.py LORA FIXTURES [--shots FOLDER] [--browser CHROMIUM]

LORA is the binary, FIXTURES the repository's folder of that name. Pages are made of the tutorial's
matrix, of adapters, of two checkpoints, of one, and of large matrices that the script writes. Each is
opened from its file, without a network; then, through the DevTools protocol,

- the slider is moved, a rank typed, keys pressed, a curve and a map touched;
- singular values, energies and parameters on the page must be those of `lora spectrum --json`, bit
  for bit, at ranks from 1 to the largest, and the error must go with the energy;
- the drawn maps must be the block means that numpy computes, and the table must be there without
  JavaScript;
- the console must stay empty, and nothing may be wider than the window at 390 pixels.

Needs numpy and a Chromium. With --shots a PNG of each page in both themes, and at phone width, is
left in FOLDER. Ends with status 0 when everything holds.
"""
import argparse
import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np


class Browser:
    """A headless Chromium, spoken to through a pair of pipes: JSON messages that end in NUL."""

    def __init__(self, program, folder):
        (ours_in, self.out), (self.input, ours_out) = os.pipe(), os.pipe()
        # Chromium reads from descriptor 3 and writes to 4.
        script = f'exec "$0" "$@" 3<&{ours_in} 4>&{ours_out}'
        arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe",
            "--disable-dev-shm-usage", "--proxy-server=127.0.0.1:9", f"--user-data-dir={folder}", "about:blank",
        ]
        self.process = subprocess.Popen(
            ["/bin/bash", "-c", script, program, *arguments], pass_fds=(ours_in, ours_out), stderr=subprocess.DEVNULL)
        self.pending, self.identity, self.events = b"", 0, []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    session = None

    def call(self, method, **parameters):
        self.identity += 1
        message = {"id": self.identity, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.read()
            if answer.get("id") == self.identity:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def read(self):
        while b"\0" not in self.pending:
            piece = os.read(self.input, 1 << 20)
            if not piece:
                raise RuntimeError("the browser went away")
            self.pending += piece
        line, self.pending = self.pending.split(b"\0", 1)
        return json.loads(line)

    def wait_for(self, event):
        while not any(known["method"] == event for known in self.events):
            self.events.append(self.read())

    def value(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def open(self, path, width, height, theme, scripts=True):
        self.events.clear()
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 600)
        self.call("Emulation.setTouchEmulationEnabled", enabled=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
        self.call("Page.navigate", url=pathlib.Path(path).absolute().as_uri())
        self.wait_for("Page.loadEventFired")
        self.settle()

    def settle(self):
        self.value("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def shot(self, path):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        image = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(image))

    def complaints(self):
        found = []
        for event in self.events:
            parameters = event.get("params", {})
            if event["method"] in ("Runtime.exceptionThrown", "Log.entryAdded"):
                found.append(json.dumps(parameters)[:300])
            if event["method"] == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
                found.append(json.dumps(parameters)[:300])
            if event["method"] == "Network.requestWillBeSent":
                url = parameters["request"]["url"]
                if not url.startswith(("file:", "data:")):
                    found.append("asks for " + url)
        return found

    def close(self):
        self.call("Browser.close")
        self.process.wait(10)


class Checks:
    def __init__(self):
        self.failures = 0

    def hold(self, what, holds, found=""):
        if not holds:
            self.failures += 1
            print(f"FAILS  {what} {found}")


NUMBERS = """(() => Object.fromEntries(["energy", "error", "parameters", "compression", "singular"]
  .map((id) => [id, Number(document.getElementById(id).dataset.value)])))()"""


def set_rank(browser, rank):
    browser.value(f"""(() => {{ const box = document.getElementById("number"); box.value = {rank};
      box.dispatchEvent(new Event("change")); }})()""")


def check_numbers(browser, checks, name, spectrum):
    """Ranks from the first to the last that the slider reaches, against lora spectrum --json."""
    tensors = spectrum["tensors"]
    count = browser.value('document.getElementById("tensor").options.length')
    checks.hold(f"{name}: as many tensors", count == len(tensors), f"{count} and {len(tensors)}")
    for index, tensor in enumerate(tensors):
        browser.value(f"""(() => {{ const box = document.getElementById("tensor"); box.value = {index};
          box.dispatchEvent(new Event("change")); }})()""")
        most = browser.value('Number(document.getElementById("number").max)')
        values, (rows, columns) = tensor["singular_values"], tensor["shape"]
        for rank in sorted({1, 2, 3, 4, 8, 16, 32, 64, most // 2, most} & set(range(1, most + 1))):
            set_rank(browser, rank)
            got = browser.value(NUMBERS)
            checks.hold(f"{name} {tensor['tensor']} rank {rank}: energy",
                        got["energy"] == tensor["cumulative_energy"][rank - 1], got)
            checks.hold(f"{name} {tensor['tensor']} rank {rank}: singular value", got["singular"] == values[rank - 1], got)
            checks.hold(f"{name} {tensor['tensor']} rank {rank}: parameters", got["parameters"] == rank * (rows + columns), got)
            checks.hold(f"{name} {tensor['tensor']} rank {rank}: compression",
                        abs(got["compression"] - rows * columns / (rank * (rows + columns))) < 1e-12, got)
            checks.hold(f"{name} {tensor['tensor']} rank {rank}: error",
                        abs(got["error"] ** 2 + got["energy"] - 1) < 1e-9, got)


def check_hands(browser, checks, name):
    """Slider, keys, buttons and fingers."""
    rank = 'Number(document.getElementById("number").value)'
    most = browser.value('Number(document.getElementById("number").max)')
    if most < 4:
        return
    set_rank(browser, 2)
    browser.value('document.getElementById("rank").focus()')
    browser.call("Input.dispatchKeyEvent", type="keyDown", key="ArrowRight", code="ArrowRight", windowsVirtualKeyCode=39)
    browser.call("Input.dispatchKeyEvent", type="keyUp", key="ArrowRight", code="ArrowRight", windowsVirtualKeyCode=39)
    checks.hold(f"{name}: an arrow key moves the slider", browser.value(rank) == 3, browser.value(rank))
    browser.value('document.activeElement.blur()')
    browser.call("Input.dispatchKeyEvent", type="keyDown", key="ArrowLeft", code="ArrowLeft", windowsVirtualKeyCode=37)
    checks.hold(f"{name}: an arrow key moves the page", browser.value(rank) == 2, browser.value(rank))
    browser.value('document.getElementById("more").click()')
    checks.hold(f"{name}: a button adds a rank", browser.value(rank) == 3, browser.value(rank))
    browser.settle()
    checks.hold(f"{name}: the drawing follows", browser.value("document.body.dataset.rank") == "3")
    box = browser.value("""(() => { const holder = document.getElementById("curve");
      holder.scrollIntoView({ block: "center" }); const box = holder.getBoundingClientRect();
      return [box.right - 20, box.top + box.height / 2]; })()""")
    for kind in ("mousePressed", "mouseReleased"):
        browser.call("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)
    checks.hold(f"{name}: the curve takes a press", browser.value(rank) > 3, browser.value(rank))
    at = browser.value("""(() => { const map = document.getElementById("kept"); map.scrollIntoView({ block: "center" });
      const box = map.getBoundingClientRect(); return [box.left + box.width / 2, box.top + box.height / 2]; })()""")
    browser.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": at[0], "y": at[1]}])
    browser.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
    readout = browser.value('document.getElementById("readout").textContent')
    checks.hold(f"{name}: a map takes a touch", readout.startswith("Row "), readout)


def block_means(matrix, rows, columns):
    (m, n) = matrix.shape
    by_row = np.array([matrix[i * m // rows:(i + 1) * m // rows].mean(0) for i in range(rows)])
    return np.array([by_row[:, j * n // columns:(j + 1) * n // columns].mean(1) for j in range(columns)]).T


def check_maps(browser, checks, name, matrix, ranks):
    """The pixels of all three maps, against numpy's block means of the truncated decomposition."""
    u, s, vt = np.linalg.svd(matrix.astype(np.float64), full_matrices=False)
    for rank in ranks:
        set_rank(browser, rank)
        browser.settle()
        kept = (u[:, :rank] * s[:rank]) @ vt[:rank]
        for map_id, wanted in (("whole", matrix), ("kept", kept), ("lost", matrix - kept)):
            size = browser.value(f'[document.getElementById("{map_id}").height, document.getElementById("{map_id}").width]')
            pixels = browser.value(f"""(() => {{ const copy = new OffscreenCanvas({size[1]}, {size[0]});
              const context = copy.getContext("2d", {{ willReadFrequently: true }});
              context.drawImage(document.getElementById("{map_id}"), 0, 0);
              return Array.from(context.getImageData(0, 0, {size[1]}, {size[0]}).data); }})()""")
            means = block_means(wanted, *size)
            limit = np.sort(np.abs(block_means(matrix, *size)).ravel())[int(0.998 * (means.size - 1))]
            place = 4 * np.round(127 + 127 * np.clip(means / limit, -1, 1)) / 254
            ramp = np.array([[10, 58, 122], [86, 151, 211], [246, 245, 241], [236, 154, 76], [138, 53, 0]])
            colors = np.stack([np.interp(place, range(5), ramp[:, channel]) for channel in range(3)], -1)
            gap = np.abs(np.array(pixels).reshape(*size, 4)[:, :, :3] - colors)
            # One step of the scale is at most three units of a channel.
            checks.hold(f"{name} rank {rank}: map {map_id}", gap.max() <= 4 and (gap > 1).mean() < 0.02,
                        f"largest gap {gap.max():.1f}, more than 1 in {(gap > 1).mean():.4f}")


def lora(program, *arguments):
    return subprocess.run([program, *map(str, arguments)], check=True, capture_output=True, text=True).stdout


def stored(path):
    """The tensors of an f32 safetensors file."""
    raw = pathlib.Path(path).read_bytes()
    length = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:8 + length])
    result = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, end = entry["data_offsets"]
            result[name] = np.frombuffer(raw[8 + length + start:8 + length + end], np.float32).reshape(entry["shape"])
    return result


def write_large(path):
    """Two large matrices with strong directions, one of them wide."""
    rng = np.random.default_rng(7)
    header, data = {}, b""
    for name, (m, n) in (("model.layers.0.mlp.down_proj.weight", (1100, 2800)), ("model.layers.0.self_attn.q_proj.weight", (1200, 1200))):
        smooth = lambda size: np.cumsum(rng.normal(size=(size, 6)), 0) / np.sqrt(size)
        matrix = (smooth(m) @ smooth(n).T + rng.normal(size=(m, n)) * 0.1).astype(np.float32)
        header[name] = {"dtype": "F32", "shape": [m, n], "data_offsets": [len(data), len(data) + matrix.nbytes]}
        data += matrix.tobytes()
    text = json.dumps(header).encode()
    pathlib.Path(path).write_bytes(len(text).to_bytes(8, "little") + text + data)


def write_idle(adapter, folder):
    """The adapter with every B zero: it has no energy at all."""
    folder.mkdir()
    (folder / "adapter_config.json").write_text((adapter / "adapter_config.json").read_text())
    raw = bytearray((adapter / "adapter_model.safetensors").read_bytes())
    start = 8 + int.from_bytes(raw[:8], "little")
    for name, entry in json.loads(raw[8:start]).items():
        if ".lora_B." in name:
            first, last = (start + offset for offset in entry["data_offsets"])
            raw[first:last] = bytes(last - first)
    (folder / "adapter_model.safetensors").write_bytes(raw)


def pages(program, fixtures, folder):
    """Name, page, spectrum, and the matrix whose maps are compared."""
    large = folder / "large.safetensors"
    write_large(large)
    write_idle(fixtures / "merge/llama-plain/adapter", folder / "idle")
    tutorial = fixtures / "spectrum/tutorial-256/matrix.safetensors"
    inputs = [
        ("tutorial", [], [tutorial]),
        ("adapter", [fixtures / "merge/llama-bf16-all-linear/adapter"], None),
        ("difference", [fixtures / "spectrum/extract-f32/base", fixtures / "spectrum/extract-f32/tuned"], None),
        ("weights", [fixtures / "merge/bases/llama-f32"], None),
        ("idle", [folder / "idle"], None),
        ("large", [large], None),
    ]
    for name, arguments, same in inputs:
        page = folder / f"{name}.html"
        started = time.time()
        lora(program, "explore", *arguments, "-o", page)
        print(f"{name:12}{page.stat().st_size:>9,} bytes  {time.time() - started:.2f} s")
        spectrum = json.loads(lora(program, "spectrum", *(same or arguments), "--json"))
        matrix = next(iter(stored(same[0]).values())) if same else None
        if name == "large":
            matrix = next(iter(stored(large).values()))
        yield name, page, spectrum, matrix


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lora")
    parser.add_argument("fixtures", type=pathlib.Path)
    parser.add_argument("--shots", type=pathlib.Path)
    parser.add_argument("--browser", default="chromium")
    options = parser.parse_args()
    checks = Checks()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        browser = Browser(options.browser, folder / "profile")
        for name, page, spectrum, matrix in pages(options.lora, options.fixtures, folder):
            checks.hold(f"{name}: below 2 MB", page.stat().st_size < 2_000_000)
            for theme, width in (("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)):
                browser.open(page, width, 900 if width > 600 else 844, theme)
                if options.shots:
                    options.shots.mkdir(exist_ok=True)
                    browser.shot(options.shots / f"{name}-{theme}-{width}.png")
                wide = browser.value("document.documentElement.scrollWidth")
                checks.hold(f"{name}: nothing is wider than {width}", wide <= width, wide)
                if theme == "light":
                    check_hands(browser, checks, f"{name} at {width}")
                checks.hold(f"{name} {theme} {width}: the console is empty", not browser.complaints(), browser.complaints())
            browser.open(page, 1280, 900, "light")
            check_numbers(browser, checks, name, spectrum)
            if matrix is not None:
                browser.open(page, 1280, 900, "light")
                most = browser.value('Number(document.getElementById("number").max)')
                check_maps(browser, checks, name, matrix, [1, 3, 8, most])
            checks.hold(f"{name}: the console stays empty", not browser.complaints(), browser.complaints())
            browser.call("Emulation.setScriptExecutionDisabled", value=True)
            text = page.read_text()
            checks.hold(f"{name}: a table without JavaScript", '<tbody id="ranks"><tr><td>1</td>' in text)
            browser.call("Emulation.setScriptExecutionDisabled", value=False)
        browser.close()
    print("everything holds" if checks.failures == 0 else f"{checks.failures} checks fail")
    sys.exit(0 if checks.failures == 0 else 1)


main()
