/// Elements below which a second thread costs more than it saves.
let elementsWorthAThread = 1 << 16

/// Calls `body(start, length)` for as many pieces of `0 ..< count` as are worth their threads.
func inBlocks(of count: Int, _ workers: Workers, _ body: (Int, Int) -> Void) {
  let parts = max(1, min(workers.count, count / elementsWorthAThread))
  // Whole cache lines, so that no two threads write to one.
  let length = (count + parts * 16 - 1) / (parts * 16) * 16
  workers.run(parts) { part in
    let start = min(count, part * length)
    body(start, min(count, start + length) - start)
  }
}

/// Calls `body(first, count)` for as many runs of `0 ..< rows` as are worth their threads.
func inRows(_ rows: Int, of columns: Int, _ workers: Workers, _ body: (Int, Int) -> Void) {
  let parts = max(1, min(workers.count, rows, rows * columns / elementsWorthAThread))
  let length = (rows + parts - 1) / parts
  workers.run(parts) { part in
    let start = min(rows, part * length)
    body(start, min(rows, start + length) - start)
  }
}
