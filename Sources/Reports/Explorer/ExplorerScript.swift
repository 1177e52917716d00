extension ExplorerPage {
  /// The page's script, one function over the data that stands in the page.
  static let script =
    "\"use strict\";\n(() => {\n" + decoding + drawing + curves + shapes + state + controls
    + "})();\n"

  /// Numbers out of the page's JSON: base64 of little-endian values.
  private static let decoding = #"""
    const data = JSON.parse(document.getElementById("data").textContent);
    const byId = (id) => document.getElementById(id);

    function bytes(text) {
      const binary = atob(text);
      return Uint8Array.from(binary, (character) => character.charCodeAt(0)).buffer;
    }
    const doubles = (text) => new Float64Array(bytes(text));

    // Vectors in 16 bits, a scale for each: value = scale · code.
    function vectors(part, length) {
      const codes = new Int16Array(bytes(part.codes));
      const scales = doubles(part.scales);
      return Float64Array.from(codes, (code, index) => code * scales[Math.floor(index / length)]);
    }

    function decoded(tensor) {
      if (tensor.values) return tensor;
      const numbers = doubles(tensor.numbers);
      const known = numbers.length / 3;
      tensor.values = numbers.subarray(0, known);
      tensor.energies = numbers.subarray(known, 2 * known);
      tensor.errors = numbers.subarray(2 * known);
      const picture = tensor.picture;
      if (picture) {
        picture.u = vectors(picture.left, picture.rows);
        picture.v = vectors(picture.right, picture.columns);
        picture.beyond = picture.rest ? vectors(picture.rest, picture.rows * picture.columns) : null;
      }
      return tensor;
    }

    // Numbers as a person reads them.
    const whole = (number) => number.toLocaleString("en-US");
    const short = (number) => {
      const size = Math.abs(number);
      if (size === 0) return "0";
      if (size >= 1e5 || size < 1e-3) return number.toExponential(2).replace("e+", "e");
      return Number(number.toPrecision(4)).toLocaleString("en-US", { maximumSignificantDigits: 4 });
    };
    // As many places as it takes to tell the share from 100 %, and one at least.
    function percent(share) {
      const left = 100 * (1 - share);
      if (left <= 0) return "100 %";
      const places = Math.min(8, Math.max(1, -Math.floor(Math.log10(left))));
      return (100 * share).toFixed(places) + " %";
    }
    const smallPercent = (share) => short(100 * share) + " %";
    const times = (factor) => (factor >= 100 ? whole(Math.round(factor)) : short(Number(factor.toPrecision(3)))) + "×";

    """#

  /// Heat maps: what the first r layers give, and what the others do.
  private static let drawing = #"""
    // Lightness falls (or rises, in the dark) from zero to both ends: blue and orange are told apart
    // by every kind of colour vision, and the size of a value without any.
    const ramps = {
      light: [[10, 58, 122], [86, 151, 211], [246, 245, 241], [236, 154, 76], [138, 53, 0]],
      dark: [[158, 215, 255], [47, 127, 193], [21, 24, 29], [197, 101, 27], [255, 200, 140]],
    };
    const isDark = () => getComputedStyle(document.documentElement).colorScheme === "dark";

    function colors() {
      const ramp = ramps[isDark() ? "dark" : "light"];
      const table = new Uint8ClampedArray(255 * 3);
      for (let index = 0; index < 255; index++) {
        const place = (index / 254) * 4;
        const first = Math.min(3, Math.floor(place));
        for (let channel = 0; channel < 3; channel++) {
          const [from, to] = [ramp[first][channel], ramp[first + 1][channel]];
          table[3 * index + channel] = from + (to - from) * (place - first);
        }
      }
      return table;
    }

    function paint(canvas, map, limit, table, rows, columns) {
      canvas.width = columns;
      canvas.height = rows;
      const context = canvas.getContext("2d");
      const image = context.createImageData(columns, rows);
      for (let index = 0; index < map.length; index++) {
        const place = Math.max(-1, Math.min(1, limit > 0 ? map[index] / limit : 0));
        const color = 3 * Math.round(127 + 127 * place);
        image.data[4 * index] = table[color];
        image.data[4 * index + 1] = table[color + 1];
        image.data[4 * index + 2] = table[color + 2];
        image.data[4 * index + 3] = 255;
      }
      context.putImageData(image, 0, 0);
    }

    // Adds layer `index`, times `sign`, to a map.
    function addLayer(map, picture, index, sign) {
      const { rows, columns, u, v } = picture;
      for (let row = 0; row < rows; row++) {
        const factor = sign * u[index * rows + row];
        if (factor === 0) continue;
        for (let column = 0, at = row * columns; column < columns; column++, at++) {
          map[at] += factor * v[index * columns + column];
        }
      }
    }

    // The three maps of a picture; only what changes from one rank to the next is added.
    class Maps {
      constructor(picture) {
        this.picture = picture;
        this.lost = picture.beyond ? picture.beyond.slice() : new Float64Array(picture.rows * picture.columns);
        for (let index = 0; index < picture.rank; index++) addLayer(this.lost, picture, index, 1);
        this.whole = this.lost.slice();
        this.kept = new Float64Array(this.whole.length);
        this.rank = 0;
        this.limit = Maps.limit(this.whole);
      }
      // The size that all but one in 500 cells stay below.
      static limit(map) {
        const sizes = Float64Array.from(map, Math.abs).sort();
        return sizes[Math.floor(0.998 * (sizes.length - 1))] || sizes[sizes.length - 1];
      }
      move(rank) {
        const picture = this.picture;
        rank = Math.min(rank, picture.rank);
        for (; this.rank < rank; this.rank++) {
          addLayer(this.kept, picture, this.rank, 1);
          addLayer(this.lost, picture, this.rank, -1);
        }
        while (this.rank > rank) {
          this.rank--;
          addLayer(this.kept, picture, this.rank, -1);
          addLayer(this.lost, picture, this.rank, 1);
        }
        // Nothing is left but the rounding of the sums.
        if (rank === picture.rank && !picture.beyond) this.lost.fill(0);
      }
    }

    """#
}
