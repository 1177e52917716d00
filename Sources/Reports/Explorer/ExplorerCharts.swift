extension ExplorerPage {
  /// The two charts.
  static let curves = #"""
    function element(name, attributes, text) {
      const node = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const key in attributes) node.setAttribute(key, attributes[key]);
      if (text !== undefined) node.textContent = text;
      return node;
    }

    // A frame with rank to the right: by doublings where there are many ranks.
    class Frame {
      constructor(holder, known, height) {
        this.width = Math.max(280, holder.clientWidth);
        this.height = height;
        [this.left, this.right, this.top, this.bottom] = [54, this.width - 14, 14, height - 30];
        this.known = known;
        this.doubles = known > 16;
        this.svg = element("svg", { viewBox: `0 0 ${this.width} ${height}`, "aria-hidden": "true" });
        holder.replaceChildren(this.svg);
      }
      add(name, attributes, text) {
        return this.svg.appendChild(element(name, attributes, text));
      }
      x(rank) {
        const span = this.doubles ? Math.log2(rank) / Math.log2(this.known) : this.known > 1 ? (rank - 1) / (this.known - 1) : 0.5;
        return this.left + 8 + span * (this.right - this.left - 16);
      }
      rank(x) {
        const span = Math.max(0, Math.min(1, (x - this.left - 8) / (this.right - this.left - 16)));
        return Math.round(this.doubles ? Math.pow(this.known, span) : 1 + span * (this.known - 1));
      }
      ranks() {
        const step = Math.max(1, Math.ceil(this.known / 8));
        const marks = [];
        for (let rank = 1; rank <= this.known; rank = this.doubles ? 2 * rank : rank + step) marks.push(rank);
        return marks;
      }
      axes(ticks, y, label) {
        for (const tick of ticks) {
          this.add("line", { class: "grid", x1: this.left, x2: this.right, y1: y(tick), y2: y(tick) });
          this.add("text", { x: this.left - 8, y: y(tick) + 4, "text-anchor": "end" }, label(tick));
        }
        for (const rank of this.ranks()) {
          this.add("text", { x: this.x(rank), y: this.bottom + 18, "text-anchor": "middle" }, rank);
        }
      }
      now(rank, y) {
        const x = this.x(rank);
        this.add("line", { class: "now", x1: x, x2: x, y1: this.top, y2: this.bottom });
        this.add("circle", { class: "handle", cx: x, cy: y, r: 6 });
      }
    }

    function drawCurve(tensor, rank) {
      const frame = new Frame(byId("curve"), tensor.energies.length, 240);
      const y = (share) => frame.bottom - share * (frame.bottom - frame.top);
      const points = Array.from(tensor.energies, (share, index) => `${frame.x(index + 1).toFixed(1)},${y(share).toFixed(1)}`);
      const shown = points.slice(0, rank);
      frame.add("polygon", { class: "area", points: `${frame.x(1)},${y(0)} ${shown.join(" ")} ${frame.x(rank)},${y(0)}` });
      frame.axes([0, 0.25, 0.5, 0.75, 1], y, (share) => `${100 * share} %`);
      const even = (tensor.rows * tensor.columns) / tensor.parametersPerRank;
      if (even < tensor.energies.length) {
        frame.add("line", { class: "even", x1: frame.x(even), x2: frame.x(even), y1: frame.top, y2: frame.bottom });
      }
      frame.add("polyline", { class: "curve", points: points.join(" ") });
      frame.now(rank, y(tensor.energies[rank - 1]));
    }

    function drawValues(tensor, rank) {
      const positive = tensor.values.filter((value) => value > 0);
      const frame = new Frame(byId("values"), tensor.values.length, 240);
      if (positive.length === 0) return;
      // Values that only rounding made are not given decades of their own.
      const largest = Math.log10(positive[0]);
      const smallest = Math.max(Math.log10(positive[positive.length - 1]), largest - 8);
      const [low, high] = [Math.floor(smallest), Math.max(Math.ceil(largest), Math.floor(smallest) + 1)];
      const y = (decade) => frame.bottom - ((decade - low) / (high - low)) * (frame.bottom - frame.top);
      const step = Math.max(1, Math.ceil((high - low) / 5));
      const ticks = [];
      for (let decade = low; decade <= high; decade += step) ticks.push(decade);
      frame.axes(ticks, y, (decade) => (Math.abs(decade) < 5 ? String(Number(`1e${decade}`)) : `1e${decade}`));
      tensor.values.forEach((value, index) => {
        if (value <= 0) return;
        const place = y(Math.max(low, Math.log10(value)));
        frame.add("circle", { class: index < rank ? "kept" : "rest", cx: frame.x(index + 1), cy: place, r: tensor.values.length > 64 ? 2.5 : 4 });
      });
      frame.now(rank, y(Math.max(low, Math.log10(Math.max(tensor.values[rank - 1], Number.MIN_VALUE)))));
    }

    """#

  /// The matrix and its factors, drawn to scale.
  static let shapes = #"""
    function drawShapes(tensor, rank) {
      const holder = byId("shapes");
      const width = Math.max(280, holder.clientWidth);
      const gap = width < 420 ? 22 : 40;
      // The widest it gets is W, B and A side by side.
      const scale = Math.min(190, (width - 2 * gap - 20) / 3) / Math.max(tensor.rows, tensor.columns);
      const size = (count) => Math.max(2, count * scale);
      const [tall, wide, thin] = [size(tensor.rows), size(tensor.columns), size(rank)];
      const drawn = Math.max(tall, thin) + 78;
      const height = drawn + 88;
      const svg = element("svg", { viewBox: `0 0 ${width} ${height}`, height, role: "img",
        "aria-label": `${data.symbol}, ${tensor.rows} by ${tensor.columns}, beside B, ${tensor.rows} by ${rank}, and A, ${rank} by ${tensor.columns}` });
      const text = (kind, x, y, words) => svg.appendChild(element("text", { class: kind, x, y, "text-anchor": "middle" }, words));
      let x = Math.max(10, (width - 2 * wide - thin - 2 * gap) / 2);
      const box = (w, h, kind, name, shape, lower) => {
        svg.appendChild(element("rect", { class: kind, x, y: 30, width: w, height: h, rx: 2 }));
        text("strong", x + w / 2, 20, name);
        // The shape of B goes a line lower, where it has room.
        text("", x + w / 2, 30 + h + (lower ? 36 : 18), shape);
        x += w;
      };
      const sign = (words) => {
        text("sign", x + gap / 2, 37 + tall / 2, words);
        x += gap;
      };
      box(wide, tall, "rest", data.symbol, `${tensor.rows} × ${tensor.columns}`);
      sign("≈");
      box(thin, tall, "kept", "B", `${tensor.rows} × ${rank}`, true);
      sign("·");
      box(wide, thin, "kept", "A", `${rank} × ${tensor.columns}`);
      // The same as lengths: the numbers of the matrix, and those of its factors.
      const [all, stored] = [tensor.rows * tensor.columns, rank * tensor.parametersPerRank];
      const bars = [[`${data.symbol}: ${whole(all)} numbers`, all, "rest"], [`B and A: ${whole(stored)}`, stored, "kept"]];
      bars.forEach(([words, count, kind], index) => {
        const y = drawn + 44 * index;
        svg.appendChild(element("text", { x: 10, y: y + 10 }, words));
        const length = ((width - 20) * count) / Math.max(all, stored);
        svg.appendChild(element("rect", { class: kind, x: 10, y: y + 17, width: Math.max(1, length), height: 12, rx: 2 }));
      });
      holder.replaceChildren(svg);
    }

    """#
}
