extension ExplorerPage {
  /// The page's parts, empty until the script fills them; the table of ranks is there without it.
  var markup: String {
    #"""
    <div class="page">
    <header>
      <h1>How low is its rank?</h1>
      <button id="theme" type="button">Theme: auto</button>
      <p class="lede">\#(lede)</p>
    </header>
    <noscript><p class="card">The pictures need JavaScript; the numbers of the first matrix are in
    the table below.</p></noscript>
    <main>
    <section class="card controls" aria-label="Matrix and rank">
      <div class="chooser">
        <label for="tensor">Matrix</label>
        <select id="tensor"></select>
      </div>
      <div class="slider">
        <label for="number">Rank</label>
        <input id="number" type="number" min="1" step="1" inputmode="numeric">
        <input id="rank" type="range" min="0" step="1" aria-label="Rank">
        <button id="fewer" type="button" aria-label="One rank less">−</button>
        <button id="more" type="button" aria-label="One rank more">+</button>
      </div>
      <p id="summary" aria-live="polite"></p>
    </section>
    <section class="card" id="pictures" aria-label="Heat maps">
      <div class="maps">
        <figure><figcaption><strong data-map="whole"></strong><span id="size"></span></figcaption>
          <div class="frame"><canvas id="whole" role="img"></canvas></div></figure>
        <figure><figcaption><strong data-map="kept"></strong><span id="factors"></span></figcaption>
          <div class="frame"><canvas id="kept" role="img"></canvas></div></figure>
        <figure><figcaption><strong data-map="lost"></strong><span id="loss"></span></figcaption>
          <div class="frame"><canvas id="lost" role="img"></canvas></div></figure>
        <div class="legend">
          <div class="bar"><span id="low"></span><canvas id="scale" width="255" height="1"
            role="img" aria-label="Colour scale: blue below zero, orange above"></canvas><span
            id="high"></span></div>
          <label class="stretch"><input id="stretch" type="checkbox"><span id="own">Give the error
            its own scale</span></label>
          <p class="readout" id="readout"></p>
        </div>
      </div>
      <p class="note" id="cells"></p>
    </section>
    <p class="card" id="unpictured" hidden></p>
    <dl class="tiles">
      <div><dt>Energy kept</dt><dd id="energy"></dd></div>
      <div><dt>Relative error</dt><dd id="error"></dd></div>
      <div><dt>Parameters</dt><dd id="parameters"></dd></div>
      <div><dt>Compression</dt><dd id="compression"></dd></div>
      <div><dt>Singular value</dt><dd id="singular"></dd></div>
    </dl>
    <div class="pair">
      <section class="card"><h2>Energy kept by rank</h2>
        <div class="chart" id="curve"></div></section>
      <section class="card"><h2>Singular values</h2>
        <div class="chart" id="values"></div></section>
    </div>
    <div class="pair">
      <section class="card"><h2>What is stored, to scale</h2>
        <div id="shapes"></div></section>
      <section class="card explain"><h2>How to read this page</h2>
        <p>A matrix is a sum of layers, each a column times a row, weighted by a singular value.
        The r heaviest are the best approximation of rank r there is (Eckart and Young, 1936);
        LoRA stores such a sum as B · A.</p>
        <p><b>Energy kept</b> is the share of the squared singular values in these layers.
        <b>Relative error</b> is the norm of what is left by the norm of the whole: the root of the
        energy that is not kept.</p>
        <p><b>Parameters</b> are the numbers in B and A, r · (rows + columns). Right of the dashed
        line that is more than the matrix itself holds.</p>
        <p>Move the slider, type a rank, press the arrow keys, or drag in the curves. Once the error
        has lost its pattern and looks like noise, more rank stores noise.</p></section>
    </div>
    <details class="card"><summary>The numbers as a table</summary>
      <div class="scroll"><table>
        <thead><tr><th>rank</th><th>energy kept</th><th>relative error</th><th>parameters</th>
          <th>compression</th><th>singular value</th></tr></thead>
        <tbody id="ranks">\#(firstRanks)</tbody>
      </table></div>
    </details>
    </main>
    <footer>\#(footer)</footer>
    </div>
    """#
  }
}
