extension ExplorerPage {
  /// What is shown, and how it is told.
  static let state = #"""
    let [tensor, maps, rank, positions] = [null, null, 1, []];
    let stretched = false;

    function put(id, text, value, small) {
      const node = byId(id);
      node.textContent = text;
      node.dataset.value = String(value);
      if (small !== undefined) node.appendChild(document.createElement("small")).textContent = small;
    }

    // Every rank up to 32, then sixteen for each doubling.
    function ranksUpTo(most) {
      const list = [];
      for (let next = 1; next <= most; next += Math.max(1, Math.pow(2, Math.floor(Math.log2(next)) - 4))) list.push(next);
      if (list[list.length - 1] !== most) list.push(most);
      return list;
    }

    const mostRank = () => (tensor.picture ? tensor.picture.rank : tensor.values.length);
    const compression = (rank) => (tensor.rows * tensor.columns) / (rank * tensor.parametersPerRank);

    function choose(index) {
      tensor = decoded(data.tensors[index]);
      byId("pictures").hidden = !tensor.picture;
      byId("unpictured").hidden = Boolean(tensor.picture);
      byId("unpictured").textContent = tensor.picture ? "" : data.unpictured + " " + tensor.name;
      maps = tensor.picture ? new Maps(tensor.picture) : null;
      positions = ranksUpTo(mostRank());
      byId("rank").max = positions.length - 1;
      byId("number").max = mostRank();
      if (maps) describePicture();
      // A rank that keeps most of the energy, and still leaves something to see.
      const enough = tensor.energies.findIndex((share) => share >= 0.95) + 1;
      move(enough > 0 && enough < mostRank() ? enough : mostRank() / 2);
    }

    function describePicture() {
      const { rows, columns } = tensor.picture;
      const isWhole = rows === tensor.rows && columns === tensor.columns;
      const size = (count, cells) => (count % cells === 0 ? count / cells : `${Math.floor(count / cells)}–${Math.ceil(count / cells)}`);
      byId("cells").textContent = isWhole
        ? "Each cell is one element."
        : `Each cell is the mean of ${size(tensor.rows, rows)} × ${size(tensor.columns, columns)} elements; what cancels inside a cell is not seen. The numbers are of the whole matrix, computed before anything was averaged.`;
      for (const frame of document.querySelectorAll(".frame")) {
        frame.style.aspectRatio = `${Math.min(4, Math.max(0.25, tensor.columns / tensor.rows))}`;
      }
    }

    function move(next) {
      rank = Math.max(1, Math.min(mostRank(), Math.round(next) || 1));
      const position = positions.findIndex((value) => value >= rank);
      byId("rank").value = position;
      byId("rank").style.setProperty("--fill", `${(100 * position) / Math.max(1, positions.length - 1)}%`);
      byId("rank").setAttribute("aria-valuetext", `rank ${rank}`);
      byId("number").value = rank;
      tell();
      request();
    }

    function tell() {
      const [share, error] = [tensor.energies[rank - 1], tensor.errors[rank - 1]];
      const [parameters, all] = [rank * tensor.parametersPerRank, tensor.rows * tensor.columns];
      put("energy", percent(share), share);
      put("error", smallPercent(error), error);
      put("parameters", whole(parameters), parameters, `of ${whole(all)}`);
      put("compression", times(compression(rank)), compression(rank), parameters > all ? "more than the matrix" : "fewer numbers");
      const next = tensor.values[rank];
      put("singular", short(tensor.values[rank - 1]), tensor.values[rank - 1],
        next === undefined ? (tensor.complete ? "the last" : "the next is not known") : `the next is ${short(next)}`);
      const cost = parameters > all
        ? `${whole(parameters)} numbers, more than the ${whole(all)} of the matrix itself`
        : `${whole(parameters)} numbers instead of ${whole(all)}, ${times(compression(rank))} fewer`;
      byId("summary").textContent = tensor.values[0] > 0
        ? `Rank ${whole(rank)} keeps ${percent(share)} of the energy with ${cost}.`
        : `This matrix is all zero: it has no energy, and every rank gives it exactly, with ${cost}.`;
      const label = { whole: data.symbol, kept: `${data.symbol} at rank ${rank}`, lost: "The error" };
      for (const node of document.querySelectorAll("[data-map]")) node.textContent = label[node.dataset.map];
      byId("size").textContent = `${whole(tensor.rows)} × ${whole(tensor.columns)}`;
      byId("factors").textContent = `keeps ${percent(share)}`;
      byId("loss").textContent = `${smallPercent(error)} of the norm`;
      byId("whole").setAttribute("aria-label", `Heat map of ${tensor.name}`);
      byId("kept").setAttribute("aria-label", `Heat map of its approximation of rank ${rank}, which keeps ${percent(share)} of the energy`);
      byId("lost").setAttribute("aria-label", `Heat map of what rank ${rank} leaves, ${smallPercent(error)} of the norm`);
    }

    // At most one drawing a frame, however fast the slider moves.
    let isWaiting = false;
    function request() {
      if (isWaiting) return;
      isWaiting = true;
      requestAnimationFrame(() => {
        isWaiting = false;
        draw();
      });
    }

    function draw() {
      if (maps) {
        maps.move(rank);
        const { rows, columns } = tensor.picture;
        const table = colors();
        const lostLimit = stretched ? Maps.limit(maps.lost) : maps.limit;
        paint(byId("whole"), maps.whole, maps.limit, table, rows, columns);
        paint(byId("kept"), maps.kept, maps.limit, table, rows, columns);
        paint(byId("lost"), maps.lost, lostLimit, table, rows, columns);
        paint(byId("scale"), Float64Array.from({ length: 255 }, (_, index) => index - 127), 127, table, 1, 255);
        byId("low").textContent = "−" + short(maps.limit);
        byId("high").textContent = "+" + short(maps.limit);
        byId("own").textContent = stretched ? `The error’s scale: ±${short(lostLimit)}` : "Give the error its own scale";
        showCell();
      }
      drawCurve(tensor, rank);
      drawValues(tensor, rank);
      drawShapes(tensor, rank);
      drawTable();
      document.body.dataset.rank = String(rank);
    }

    function drawTable() {
      const ranks = new Set([rank, tensor.values.length]);
      for (let next = 1; next <= tensor.values.length; next *= 2) ranks.add(next);
      const rows = [...ranks].sort((a, b) => a - b).map((listed) => {
        const row = document.createElement("tr");
        if (listed === rank) row.className = "current";
        const cells = [whole(listed), percent(tensor.energies[listed - 1]), smallPercent(tensor.errors[listed - 1]),
          whole(listed * tensor.parametersPerRank), times(compression(listed)), short(tensor.values[listed - 1])];
        for (const text of cells) row.appendChild(document.createElement("td")).textContent = text;
        return row;
      });
      byId("ranks").replaceChildren(...rows);
    }

    """#

  /// Hands on the page: slider, keys, curves, pointer over the maps, theme.
  static let controls = #"""
    let cell = null;
    function showCell() {
      const { rows, columns } = tensor.picture;
      if (!cell || cell.row >= rows || cell.column >= columns) {
        byId("readout").textContent = "Point at a map, or touch it, to read its values.";
        return;
      }
      const at = cell.row * columns + cell.column;
      const span = (index, count, cells) => {
        const [first, last] = [Math.floor((index * count) / cells), Math.floor(((index + 1) * count) / cells) - 1];
        return first === last ? String(first) : `${first}–${last}`;
      };
      byId("readout").textContent = `Row ${span(cell.row, tensor.rows, rows)}, column ${span(cell.column, tensor.columns, columns)}: `
        + `${data.symbol} ${short(maps.whole[at])}, at rank ${rank} ${short(maps.kept[at])}, error ${short(maps.lost[at])}`;
    }

    for (const id of ["whole", "kept", "lost"]) {
      const canvas = byId(id);
      const point = (event) => {
        const box = canvas.getBoundingClientRect();
        const place = (at, from, size, count) => Math.max(0, Math.min(count - 1, Math.floor(((at - from) / size) * count)));
        cell = { row: place(event.clientY, box.top, box.height, canvas.height), column: place(event.clientX, box.left, box.width, canvas.width) };
        showCell();
      };
      canvas.addEventListener("pointermove", point);
      canvas.addEventListener("pointerdown", point);
      canvas.addEventListener("pointerleave", (event) => {
        if (event.pointerType !== "mouse") return;
        cell = null;
        showCell();
      });
    }

    for (const id of ["curve", "values"]) {
      const holder = byId(id);
      const drag = (event) => {
        if (event.type === "pointermove" && event.buttons === 0) return;
        const box = holder.getBoundingClientRect();
        const frame = new Frame(document.createElement("div"), tensor.values.length, 240);
        frame.width = Math.max(280, holder.clientWidth);
        frame.right = frame.width - 14;
        move(frame.rank(((event.clientX - box.left) * frame.width) / box.width));
      };
      holder.addEventListener("pointerdown", (event) => {
        holder.setPointerCapture(event.pointerId);
        drag(event);
      });
      holder.addEventListener("pointermove", drag);
    }

    byId("rank").addEventListener("input", (event) => move(positions[Number(event.target.value)]));
    byId("number").addEventListener("change", (event) => move(Number(event.target.value)));
    byId("fewer").addEventListener("click", () => move(rank - 1));
    byId("more").addEventListener("click", () => move(rank + 1));
    byId("stretch").addEventListener("change", (event) => {
      stretched = event.target.checked;
      request();
    });
    byId("tensor").addEventListener("change", (event) => choose(Number(event.target.value)));
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
      const steps = { ArrowLeft: -1, ArrowRight: 1, "-": -1, "+": 1 };
      if (!(event.key in steps)) return;
      event.preventDefault();
      move(rank + steps[event.key]);
    });

    const themes = ["auto", "light", "dark"];
    byId("theme").addEventListener("click", () => {
      const root = document.documentElement;
      const next = themes[(themes.indexOf(root.dataset.theme || "auto") + 1) % themes.length];
      if (next === "auto") delete root.dataset.theme;
      else root.dataset.theme = next;
      byId("theme").textContent = `Theme: ${next}`;
      request();
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", request);
    addEventListener("resize", request);

    data.tensors.forEach((entry, index) => {
      const option = byId("tensor").appendChild(document.createElement("option"));
      option.value = index;
      option.textContent = `${entry.name}   ${entry.rows} × ${entry.columns}`;
    });
    document.querySelector(".chooser").hidden = data.tensors.length === 1;
    choose(data.first);

    """#
}
